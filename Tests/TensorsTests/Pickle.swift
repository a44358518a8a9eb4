import Tensors

/// Pickles made by hand, over one storage "0" of four float32.
enum Pickle {
  static func read(_ program: [UInt8]) throws(TensorError) -> Archive {
    try TorchArchive.read(
      program: ArrayStorage(program), storages: ["0": [UInt8](repeating: 0, count: 16)],
      path: "memory")
  }

  /// A tensor with this view of the storage.
  static func tensor(shape: [Int], strides: [Int], offset: Int) -> [UInt8] {
    [0x80, 2] + Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + text("storage")
      + Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu") + integer(4)
      + Array("tQ".utf8) + integer(offset) + tuple(shape) + tuple(strides) + [0x89]
      + Array("ccollections\nOrderedDict\n)RtR.".utf8)
  }

  /// Lists of three times the list before, which would be 3^levels elements as a tree.
  static func sharedLists(_ levels: UInt8) -> [UInt8] {
    (0..<levels).reduce([0x5D, 0x71, 0]) { program, level in
      program + [0x28, 0x68, level, 0x68, level, 0x68, level, 0x6C, 0x71, level + 1]
    }
  }

  private static func integer(_ value: Int) -> [UInt8] {
    [0x8A, 8] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func tuple(_ values: [Int]) -> [UInt8] {
    [0x28] + values.flatMap(integer) + [0x74]
  }

  private static func text(_ value: String) -> [UInt8] {
    [0x58, UInt8(value.utf8.count), 0, 0, 0] + Array(value.utf8)
  }

  /// Programs between protocol and stop that must be refused.
  static let badPrograms: [(String, [UInt8])] = [
    ("deep lists", bytes(0x5D, 5000) + bytes(0x61, 4999)),
    ("deep tuples", [0x29] + bytes(0x85, 100_000)),
    ("too long", bytes(0x5D, 1_100_000)),
    ("shared lists", sharedLists(60)),
    ("integer of 100 bytes", [0x8A, 100] + bytes(1, 100)),
    ("text of 4 GB", [0x58, 0xFF, 0xFF, 0xFF, 0xFF]),
    ("text of 2^64 bytes", [0x8D] + bytes(0xFF, 8)),
    ("nothing on the stack", [0x52]),
    ("no mark", [0x74]),
    ("unknown memo", [0x68, 9]),
    ("unknown instruction", [0xFF]),
    ("append to a number", [0x4B, 1, 0x4B, 1, 0x61]),
    ("calls a number", [0x4B, 1, 0x29, 0x52]),
    ("a key without value", [0x28, 0x4E, 0x64]),
  ]

  private static func bytes(_ value: UInt8, _ count: Int) -> [UInt8] {
    [UInt8](repeating: value, count: count)
  }
}
