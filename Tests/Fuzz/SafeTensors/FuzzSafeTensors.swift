import Tensors

/// One run of libFuzzer: reads the bytes as a file and looks at every element it gave.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let archive = try? ArrayFile.read(ArrayStorage(bytes), path: "fuzz") else { return 0 }
  for (_, array) in archive.arrays { _ = ArrayStatistics(of: array) }
  return 0
}
