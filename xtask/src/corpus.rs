//! placeholder
use anyhow::Result;
#[derive(clap::Args, Debug)]
pub(crate) struct CorpusArgs {}
pub(crate) fn run(_args: &CorpusArgs) -> Result<()> {
    Ok(())
}
pub(crate) fn check(_case: Option<&str>) -> Result<()> {
    Ok(())
}
