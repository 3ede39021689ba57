//! Which functions a request is about.

use crate::argument::name_syntax;
use crate::error::{Error, Result};
use crate::model::call::function::FunctionFilter;
use alloc::format;
use alloc::string::String;

/// The filter of a request's fields.
///
/// # Errors
/// `bad_argument` when the module is not written as one.
pub(crate) fn function_filter(
    module: Option<&str>,
    function: Option<&str>,
    arity: Option<u32>,
) -> Result<FunctionFilter> {
    let read = |text| {
        name_syntax::atom(text)
            .ok_or_else(|| Error::BadArgument(format!("module: {text:?} is not the name of a module")))
    };
    Ok(FunctionFilter { module: module.map(read).transpose()?, function: function.map(String::from), arity })
}
