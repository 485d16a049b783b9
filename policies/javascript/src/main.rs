//! A WASI command that answers with the functions of a policy.js, which is compiled in.

use javy::quickjs::{CatchResultExt, CaughtError, Ctx, Function, Module, Result};
use javy::{Config, Runtime};

const POLICY: &str = include_str!(env!("POLICY_JS"));
const COMMAND: &str = include_str!("command.js");

#[link(wasm_import_module = "kubewarden:javy/host")]
unsafe extern "C" {
    /// Pointer and length of binding, namespace, operation and payload; 0 is success. The answer comes on standard input.
    fn call(b: *const u8, bl: usize, n: *const u8, nl: usize, o: *const u8, ol: usize, p: *const u8, pl: usize) -> i32;
}

fn main() {
    let mut config = Config::default();
    config.text_encoding(true).javy_stream_io(true);
    let runtime = Runtime::new(config).expect("QuickJS starts");
    let failure = runtime.context().with(|ctx| run(&ctx).catch(&ctx).err().map(|error| describe(&error)));
    if let Some(message) = failure {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn run(ctx: &Ctx<'_>) -> Result<()> {
    let question = std::env::args().nth(1).unwrap_or_default();
    ctx.globals().set("__question", question)?;
    ctx.globals().set("__callHost", Function::new(ctx.clone(), call_host)?)?;
    Module::declare(ctx.clone(), "policy", POLICY)?;
    Module::evaluate(ctx.clone(), "command", COMMAND)?.finish::<()>()
}

/// Whether the host did what it was asked.
fn call_host(namespace: String, operation: String, payload: String) -> bool {
    let binding = "kubewarden";
    let code = unsafe {
        call(
            binding.as_ptr(),
            binding.len(),
            namespace.as_ptr(),
            namespace.len(),
            operation.as_ptr(),
            operation.len(),
            payload.as_ptr(),
            payload.len(),
        )
    };
    code == 0
}

/// What users read: the message of what was thrown, and of other errors than `Error` their name.
fn describe(error: &CaughtError<'_>) -> String {
    match error {
        CaughtError::Exception(exception) => {
            let name: String = exception.as_object().get("name").unwrap_or_default();
            let message = exception.message().unwrap_or_default();
            if name == "Error" { message } else { format!("{name}: {message}") }
        }
        other => other.to_string(),
    }
}
