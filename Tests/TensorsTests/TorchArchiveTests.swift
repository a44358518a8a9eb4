import Tensors
import TestSupport
import Testing

struct TorchArchiveTests {
  @Test func readsViewsOfOneStorage() throws {
    let file = try Fixture.read("views.pt")
    let base = Fixture.ramp(24)
    #expect(file["whole"]?.array?.floats() == base)
    let columns = try #require(file["columns"]?.array)
    #expect(columns.shape == [6, 4])
    let transposed: [Float] = (0..<24).map { place in base[place % 4 * 6 + place / 4] }
    #expect(columns.floats() == transposed)
    let part: [Float] = [base[6], base[8], base[10], base[12], base[14], base[16]]
    #expect(file["part"]?.array?.floats() == part)
    #expect(file["expanded"]?.array == NDArray([Float](repeating: -3, count: 6), shape: [3, 2]))
    #expect(file["last"]?.array == NDArray([base[23]], shape: []))
    #expect(file["empty"]?.array?.shape == [0, 4])
  }

  @Test func readsEveryElementType() throws {
    let file = try Fixture.read("dtypes.pt")
    for dtype in DType.allCases where dtype != .bool && dtype != .float32 {
      let array = try #require(file[dtype.rawValue]?.array)
      #expect(array.dtype == dtype && array.floats() == [0, 1, 2, 3])
    }
    #expect(file["bool"]?.array?.int64s() == [1, 0])
  }

  @Test func readsNestedValues() throws {
    let file = try Fixture.read("nested.pt")
    #expect(file["state"]?["weight"]?.array == NDArray([Float(0.5), -1.5], shape: [1, 2]))
    #expect(file["parameter"]?.array?.floats() == [8])
    guard case .dict(let ordered)? = file["ordered"] else {
      Issue.record("expected a dict")
      return
    }
    #expect(ordered.map(\.key) == ["b", "a"])
    let list = try #require(file["list"]?.elements)
    guard case .none = list[0], case .bool(true) = list[1], case .string("text") = list[2],
      case .tuple(let numbers) = list[3], case .int(-70000) = numbers[1],
      case .int(0x100_0000_0000) = numbers[2]
    else {
      Issue.record("expected None, True, text and a tuple of numbers")
      return
    }
    #expect(
      file.arrays.map(\.name) == ["state/weight", "state/bias", "parameter", "list/4/deep/0"])
    guard case .string("five")? = file["5"], case .int(-0x4000_0000_0000_0000)? = file["long"],
      file["size"]?.elements?.count == 2
    else {
      Issue.record("expected five, a long integer and a size")
      return
    }
  }

  @Test(arguments: ["numpy.pt", "numpy_protocol5.pt"])
  func readsNumPyArrays(_ name: String) throws {
    let file = try Fixture.read(name)
    #expect(file["c"]?.array == NDArray(Fixture.ramp(6).map(Double.init), shape: [2, 3]))
    #expect(file["fortran"]?.array == NDArray(Fixture.ramp(6), shape: [2, 3]))
    #expect(file["big"]?.array == NDArray(Fixture.ramp(3), shape: [3]))
    #expect(file["scalar"]?.array == NDArray([Float(1.5)], shape: []))
    #expect(file["bytes"]?.array?.int64s() == (0..<256).map { Int64($0) })
  }

  @Test func readsNumPyOnesNameAndDeflatedEntries() throws {
    #expect(try Fixture.read("numpy_core.pt").array == NDArray(Fixture.ramp(4), shape: [2, 2]))
  }

  @Test func readsOtherByteOrder() throws {
    #expect(try Fixture.read("big_endian.pt").array == NDArray(Fixture.ramp(6), shape: [2, 3]))
  }

  @Test func readsFilesWithoutChecksums() throws {
    #expect(try Fixture.read("no_checksums.pt").array?.floats() == [1, 1])
  }

  @Test func refusesForeignConstructorsByName() {
    let error = #expect(throws: TensorError.self) { try Fixture.read("foreign.pt") }
    #expect(error?.description.contains("\"__builtin__.print\"") == true)
  }

  @Test func refusesCycles() {
    let error = #expect(throws: TensorError.self) { try Fixture.read("cycle.pt") }
    #expect(error?.description.contains("a cycle") == true)
  }

  @Test func refusesTheOldFormatWithAdvice() {
    let error = #expect(throws: TensorError.self) { try Fixture.read("legacy.pt") }
    #expect(error?.description.contains("save it again") == true)
  }

  @Test func noticesDamage() throws {
    var bytes = try Fixture.bytes("views.pt")
    let place = try #require(bytes.firstRange(of: Array("views/data/0".utf8))?.upperBound)
    // Behind the name: padding to a multiple of 64, then the elements.
    bytes[(place + 64) / 64 * 64 + 3] ^= 1
    let error = #expect(throws: TensorError.self) { try read(bytes) }
    #expect(error?.reason.contains("checksum") == true)
  }
}
