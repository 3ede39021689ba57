//! placeholder
use anyhow::Result;
#[derive(clap::Args, Debug, Default)]
pub(crate) struct DemoArgs {}
pub(crate) fn run(_args: &DemoArgs) -> Result<()> {
    Ok(())
}
