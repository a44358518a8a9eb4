import Tensors

/// One run of libFuzzer: a whole archive where the bytes are a zip, else the pickle of one.
///
/// A zip's checksums would keep nearly every changed pickle from being read at all.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = ArrayStorage(Array(UnsafeBufferPointer(start: start, count: count)))
  let isZip = bytes.withBytes { $0.starts(with: [0x50, 0x4B]) }
  let storages = ["0": 96, "1": 64, "2": 8, "3": 0].mapValues { [UInt8](repeating: 1, count: $0) }
  let archive =
    isZip
    ? try? ArrayFile.read(bytes, path: "fuzz")
    : try? TorchArchive.read(program: bytes, storages: storages, path: "fuzz")
  guard let archive else { return 0 }
  for (_, array) in archive.arrays { _ = ArrayStatistics(of: array) }
  // What was read must be written and read again.
  guard let copy = try? TorchArchive.bytes(of: archive, stem: "fuzz"),
    let again = try? ArrayFile.read(ArrayStorage(copy), path: "copy")
  else { fatalError("cannot read back what was written") }
  precondition(again.arrays.map(\.array) == archive.arrays.map(\.array))
  return 0
}
