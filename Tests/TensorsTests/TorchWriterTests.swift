import Tensors
import TestSupport
import Testing

struct TorchWriterTests {
  /// Everything that an archive can hold.
  static let sample = Archive.dict([
    ("conv_in", .list([.array(NDArray(Fixture.ramp(6), shape: [2, 3])), .tuple([])])),
    ("count", .int(-5)), ("large", .int(1 << 40)), ("share", .double(0.25)), ("flag", .bool(true)),
    ("name", .string("größe")), ("nothing", .none), ("empty", .dict([])),
    ("scalar", .array(NDArray([2.5], shape: []))),
    ("none", .array(NDArray([Float](), shape: [0, 3]))),
    ("half", .array(NDArray(float16: [1, -2], shape: [2]))),
    ("brain", .array(NDArray(dtype: .bfloat16, shape: [1], storage: ArrayStorage([0x80, 0x3F])))),
    ("wide", .array(NDArray(dtype: .uint16, shape: [2], storage: ArrayStorage([1, 0, 255, 255])))),
    ("mask", .array(NDArray(dtype: .bool, shape: [2], storage: ArrayStorage([1, 0])))),
  ])

  @Test func readsWhatItWrites() throws {
    let folder = TemporaryFolder()
    try TorchArchive.write(Self.sample, to: folder.file("sample.pt"))
    let read = try TorchArchive.read(folder.file("sample.pt"))
    #expect(String(describing: read.plain) == String(describing: Self.sample.plain))
    #expect(read.arrays.map(\.array) == Self.sample.arrays.map(\.array))
  }

  @Test func readsNumPyArraysThatItWrites() throws {
    let values = (0..<300).map { Double($0) * 1.37 - 50 }
    let archive = Archive.array(NDArray(values, shape: [3, 100]))
    let bytes = try TorchArchive.bytes(of: archive, stem: "mean", as: .numpy)
    #expect(try read(bytes).array == archive.array)
  }

  @Test func writesTheSameBytesAgain() throws {
    let folder = TemporaryFolder()
    try TorchArchive.write(Self.sample, to: folder.file("sample.pt"))
    let bytes = try TorchArchive.bytes(of: Self.sample, stem: "sample")
    #expect(try FileBytes.read(folder.file("sample.pt")) == bytes)
    #expect(try TorchArchive.bytes(of: Self.sample, stem: "sample") == bytes)
  }

  @Test func alignsEntriesAndNamesTheFolderAfterTheFile() throws {
    let folder = TemporaryFolder()
    try TorchArchive.write(Self.sample, to: folder.file("a.b-c.pt"))
    let bytes = try FileBytes.read(folder.file("a.b-c.pt"))
    var place = 0
    var names: [String] = []
    // Walks the local headers: signature, 22 bytes, two lengths, name, extra, contents.
    while Array(bytes[place..<place + 4]) == [0x50, 0x4B, 3, 4] {
      let number = { (offset: Int, count: Int) in
        (0..<count).reduce(0) { $0 | Int(bytes[place + offset + $1]) << (8 * $1) }
      }
      let (size, name, extra) = (number(18, 4), number(26, 2), number(28, 2))
      names.append(String(decoding: bytes[place + 30..<place + 30 + name], as: UTF8.self))
      place += 30 + name + extra
      #expect(place.isMultiple(of: 64))
      place += size
    }
    #expect(names.first == "a.b-c/data.pkl" && names.contains("a.b-c/data/0"))
    #expect(names.allSatisfy { $0.hasPrefix("a.b-c/") })
  }

  @Test func leavesNothingBehindWhenItFails() throws {
    let folder = TemporaryFolder()
    let path = folder.file("brain.pt")
    let brain = NDArray(dtype: .bfloat16, shape: [1], storage: ArrayStorage([0, 0]))
    #expect(throws: TensorError.self) {
      try TorchArchive.write(.array(brain), to: path, as: .numpy)
    }
    #expect(try FileBytes.names(in: folder.path) == [])
  }
}

extension Archive {
  /// The archive with every array replaced by its shape.
  var plain: Archive {
    switch self {
    case .array(let array): .string("\(array.dtype) \(array.shape)")
    case .dict(let entries): .dict(entries.map { ($0.key, $0.value.plain) })
    case .list(let items): .list(items.map(\.plain))
    case .tuple(let items): .tuple(items.map(\.plain))
    default: self
    }
  }
}
