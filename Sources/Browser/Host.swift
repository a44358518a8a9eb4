/// Pages of 64 KiB that the module's memory has.
@_extern(c, "llvm.wasm.memory.size.i32")
func memoryPages(_ memory: Int32) -> Int32

/// Adds pages to the module's memory; -1 where there are no more.
@_extern(c, "llvm.wasm.memory.grow.i32")
func growMemory(_ memory: Int32, _ pages: Int32) -> Int32

/// Ends the call by an exception in the worker, which then drops this module.
@_extern(wasm, module: "host", name: "outOfMemory")
@_extern(c)
func hostOutOfMemory()

func outOfMemory() -> Never {
  hostOutOfMemory()
  fatalError()
}
