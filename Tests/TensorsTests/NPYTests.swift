import Tensors
import TestSupport
import Testing

struct NPYTests {
  @Test func readsCOrder() throws {
    let array = try NPY.read(Fixture.path("c_order.npy"))
    #expect(array.dtype == .float32 && array.shape == [2, 3])
    #expect(array.floats() == Fixture.ramp(6))
  }

  @Test func readsFortranOrderAndBigEndian() throws {
    let array = try NPY.read(Fixture.path("fortran_big_endian.npy"))
    #expect(array.dtype == .float64 && array.shape == [2, 3, 2])
    #expect(array.floats() == Fixture.ramp(12))
  }

  @Test(arguments: ["version2.npy", "version3.npy"])
  func readsLaterVersions(_ name: String) throws {
    // ramp(4) as int16 truncates towards zero.
    #expect(try NPY.read(Fixture.path(name)).int64s() == [-3, -2, -2, -1])
  }

  @Test func readsScalarsAndEmptyArrays() throws {
    let scalar = try NPY.read(Fixture.path("scalar.npy"))
    #expect(scalar.shape == [] && scalar.int64s() == [-7])
    let empty = try NPY.read(Fixture.path("empty.npy"))
    #expect(empty.shape == [0, 3] && empty.dtype == .int32 && empty.floats() == [])
  }

  @Test func readsHalfFloatsThatAreNotFinite() throws {
    let values = try NPY.read(Fixture.path("specials.npy")).floats()
    #expect(values[0].isNaN)
    // 1e-8 is below half of binary16's smallest subnormal.
    #expect(Array(values[1...]) == [.infinity, -.infinity, 2, 0])
  }

  /// What numpy wrote in its own default version, it would write again.
  @Test(arguments: ["c_order.npy", "scalar.npy", "empty.npy", "specials.npy", "bools.npy"])
  func writesNumPysBytes(_ name: String) throws {
    let array = try NPY.read(Fixture.path(name))
    #expect(try NPY.bytes(of: array) == Fixture.bytes(name))
  }

  @Test func writesToFiles() throws {
    let folder = TemporaryFolder()
    let array = NDArray([Int64.min, 0, Int64.max, 7, 8, 9], shape: [2, 3])
    try NPY.write(array, to: folder.file("new/labels.npy"))
    #expect(try NPY.read(folder.file("new/labels.npy")) == array)
  }

  @Test func refusesToWriteWhatNumPyLacks() {
    let array = NDArray(dtype: .bfloat16, shape: [1], storage: ArrayStorage([0, 0]))
    #expect(throws: TensorError.self) { try NPY.bytes(of: array) }
  }

  @Test(
    arguments: [
      ("'shape': (2, 3), }", "npy: 25 bytes", false),
      (
        "'shape': (2, 4), }", "expected 32 bytes of elements for shape [2, 4] of float32, found 24",
        true
      ),
      ("'shape': (9223372036854775807, 9), }", "expected a shape that fits into memory", true),
      ("'shape': (99999999999999999999,), }", "expected sides below 2^63", true),
      ("'shape': (-1,), }", "expected a side length", true),
      ("'shape': (2, 3), 'more': 1}", "once each in the npy header, found \"more\"", true),
      ("'shape': (2, 3), 'shape': (2, 3)}", "once each in the npy header, found \"shape\"", true),
      ("}", "found less", true),
      ("'shape': (2, 3)} x", "the header's end", true),
      ("'shape': (\(String(repeating: "1,", count: 65))), }", "at most 64 dimensions", true),
    ])
  func refusesHeaders(_ rest: String, _ message: String, _ isRefused: Bool) throws {
    let bytes = npy("{'descr': '<f4', 'fortran_order': False, " + rest, elements: 24)
    if isRefused {
      let error = #expect(throws: TensorError.self) { try read(bytes) }
      #expect(error?.reason.contains(message) == true, "\(error?.description ?? "")")
    } else {
      #expect(try read(bytes).array?.shape == [2, 3])
    }
  }

  @Test(arguments: [
    ("'O'", "Python objects"), ("'<c8'", "complex"), ("'<U3'", "text"), ("'<V2'", "<V2"),
    ("[('a', '<f4')]", "structured"), ("'<f16'", "<f16"),
  ])
  func refusesOtherTypes(_ descr: String, _ message: String) throws {
    let header = "{'descr': \(descr), 'fortran_order': False, 'shape': (1,), }"
    let error = #expect(throws: TensorError.self) { try read(npy(header, elements: 16)) }
    #expect(error?.reason.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func namesFileExpectedAndFound() throws {
    let folder = TemporaryFolder()
    let path = folder.file("short.npy")
    try FileBytes.write(Array(try Fixture.bytes("c_order.npy").dropLast(4)), to: path)
    let error = #expect(throws: TensorError.self) { try ArrayFile.read(path) }
    #expect(
      error?.description
        == "\(path): expected 24 bytes of elements for shape [2, 3] of float32, found 20")
  }

  /// An npy file of version 1 with this header and so many zero bytes behind it.
  private func npy(_ header: String, elements: Int) -> [UInt8] {
    let size = UInt16(header.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(size & 255), UInt8(size >> 8)]
      + Array(header.utf8) + [UInt8](repeating: 0, count: elements)
  }
}
