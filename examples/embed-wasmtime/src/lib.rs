//! ElixirScope's engine inside any program that can run WebAssembly: here through wasmtime, elsewhere through whatever there is.
//!
//! The module imports nothing: no files, no clock, no threads. A host passes it bytes through buffers of its memory, and gets texts back
//! the same way. `crates/scope-wasm/src/c_abi.rs` lists the functions; this is all that is needed to call them.
//!
//! Invariant: the module is not trusted. Its memory is limited, and an address it gives is checked before it is read.

use wasmtime::error::Context;
use wasmtime::{Engine as Wasmtime, Instance, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, TypedFunc};
use wasmtime::{Result, bail, ensure};

/// What a module may grow to. A trace needs about the size of its decompressed chunks.
const MAX_MEMORY_BYTES: usize = 1 << 30;

/// The compiled module: made once, then instantiated as often as one likes.
pub struct Engine {
    wasmtime: Wasmtime,
    module: Module,
}

/// One open trace in a memory of its own.
pub struct Trace {
    store: Store<StoreLimits>,
    memory: Memory,
    alloc: TypedFunc<u32, u32>,
    free: TypedFunc<u32, ()>,
    query_json: TypedFunc<(u32, u32), u64>,
    close: TypedFunc<u32, ()>,
    /// The number the module gave the trace.
    trace: u32,
}

impl Engine {
    /// Compiles `scope-<version>.wasm`.
    ///
    /// # Errors
    /// When it is no module.
    pub fn new(module: &[u8]) -> Result<Self> {
        let wasmtime = Wasmtime::default();
        let module = Module::new(&wasmtime, module)?;
        Ok(Self { wasmtime, module })
    }

    /// Opens a trace file. `Err` in the inner result is the module's refusal, as JSON.
    ///
    /// # Errors
    /// When the module is another than expected, or needs more memory than it may have.
    pub fn open(&self, bytes: &[u8]) -> Result<Result<Trace, String>> {
        let limits = StoreLimitsBuilder::new().memory_size(MAX_MEMORY_BYTES).build();
        let mut store = Store::new(&self.wasmtime, limits);
        store.limiter(|limits| limits);
        let instance = Instance::new(&mut store, &self.module, &[])?;
        let memory = instance.get_memory(&mut store, "memory").context("the module exports no memory")?;
        let open: TypedFunc<u32, u32> = instance.get_typed_func(&mut store, "scope_open")?;
        let refusal: TypedFunc<(), u64> = instance.get_typed_func(&mut store, "scope_refusal")?;
        let mut trace = Trace {
            memory,
            alloc: instance.get_typed_func(&mut store, "scope_alloc")?,
            free: instance.get_typed_func(&mut store, "scope_free")?,
            query_json: instance.get_typed_func(&mut store, "scope_query_json")?,
            close: instance.get_typed_func(&mut store, "scope_close")?,
            trace: 0,
            store,
        };
        let address = trace.pass(bytes)?;
        trace.trace = open.call(&mut trace.store, address)?;
        if trace.trace == 0 {
            let text = refusal.call(&mut trace.store, ())?;
            return Ok(Err(trace.take(text)?));
        }
        Ok(Ok(trace))
    }
}

impl Trace {
    /// Answers a request, both as JSON.
    ///
    /// # Errors
    /// When the module is out of memory; what the engine refuses is an answer too: `{"error": {"code": .., "message": ..}}`.
    pub fn query_json(&mut self, request: &str) -> Result<String> {
        let address = self.pass(request.as_bytes())?;
        let text = self.query_json.call(&mut self.store, (self.trace, address))?;
        self.take(text)
    }

    /// Closes the trace; dropping it, and with it the whole memory, would do as well.
    ///
    /// # Errors
    /// When the module trapped.
    pub fn close(mut self) -> Result<()> {
        self.close.call(&mut self.store, self.trace)
    }

    /// Bytes of the module's memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.memory.data_size(&self.store)
    }

    /// Copies bytes into a buffer of the module, which the call that takes it gives back.
    fn pass(&mut self, bytes: &[u8]) -> Result<u32> {
        let address = self.alloc.call(&mut self.store, u32::try_from(bytes.len())?)?;
        ensure!(address != 0, "the module has no memory for {} bytes", bytes.len());
        self.memory.write(&mut self.store, address as usize, bytes)?;
        Ok(address)
    }

    /// Copies a text out of the module, and gives its buffer back.
    fn take(&mut self, text: u64) -> Result<String> {
        let (address, len) = ((text >> 32) as u32, text as u32);
        let start = address as usize;
        let Some(bytes) = self.memory.data(&self.store).get(start..start.saturating_add(len as usize)) else {
            bail!("the module gave {len} bytes at {address}, which are not in its memory");
        };
        let text = String::from_utf8(bytes.to_vec())?;
        self.free.call(&mut self.store, address)?;
        Ok(text)
    }
}
