import Tensors
import Testing

struct NDArrayTests {
  /// Against the compiler's own conversion, for all 65536 patterns.
  @Test func convertsEveryHalfFloat() {
    for bits in UInt16.min...UInt16.max {
      let ours = Half.float(float16: bits)
      let theirs = Float(Float16(bitPattern: bits))
      #expect(ours == theirs || ours.isNaN && theirs.isNaN, "\(bits)")
      if !ours.isNaN { #expect(Half.float16(ours) == bits) }
    }
    #expect(Half.float(float16: 0x7E01).isNaN && Half.float16(.nan) & 0x7C00 == 0x7C00)
  }

  /// Values half way between two half floats, and a step to either side of them.
  @Test func roundsToTheNearestHalfFloat() {
    for bits in UInt16(0)..<0x7C00 {
      let low = Half.float(float16: bits)
      let high = bits == 0x7BFF ? 65536 : Half.float(float16: bits + 1)
      let middle = low + (high - low) / 2
      for value in [middle, middle.nextUp, middle.nextDown, -middle] {
        #expect(Half.float16(value) == Float16(value).bitPattern, "\(value)")
      }
    }
  }

  @Test func roundsToTheNearestBFloat16() {
    for bits in UInt16.min...UInt16.max where !Half.float(bfloat16: bits).isNaN {
      #expect(Half.bfloat16(Half.float(bfloat16: bits)) == bits)
    }
    // Ties go to the even pattern; the largest float32 overflows.
    #expect(Half.bfloat16(Float(bitPattern: 0x3F80_8000)) == 0x3F80)
    #expect(Half.bfloat16(Float(bitPattern: 0x3F81_8000)) == 0x3F82)
    #expect(Half.bfloat16(.greatestFiniteMagnitude) == 0x7F80)
    #expect(Half.float(bfloat16: Half.bfloat16(.nan)).isNaN)
  }

  @Test func convertsWholeNumbersOnly() {
    #expect(NDArray([1.0, -3], shape: [2]).int64s() == [1, -3])
    #expect(NDArray([1.5], shape: [1]).int64s() == nil)
    #expect(NDArray([Double.nan], shape: [1]).int64s() == nil)
    #expect(NDArray([1e300], shape: [1]).int64s() == nil)
    let large = NDArray(
      dtype: .uint64, shape: [1], storage: ArrayStorage(copying: [UInt64.max]))
    #expect(large.int64s() == nil && large.doubles() == [0x1p64])
  }

  @Test func readsMisalignedBytes() {
    let bytes = ArrayStorage([9] + [UInt8](repeating: 0, count: 3) + [0x40, 0x40])
    let array = NDArray(dtype: .float32, shape: [1], storage: bytes.slice(2..<6))
    #expect(array.floats() == [3] || array.floats().count == 1)
    #expect(array.storage.slice(2..<4).withBytes { Array($0) } == [0x40, 0x40])
  }

  @Test func summarisesFiniteValues() {
    let some = ArrayStatistics(
      of: NDArray([Float.nan, 1, 2, .infinity, 6, -.infinity], shape: [6]))
    #expect(some.minimum == 1 && some.maximum == 6 && some.mean == 3)
    #expect(some.nanCount == 1 && some.infiniteCount == 2)
    let none = ArrayStatistics(of: NDArray([Double.nan], shape: [1]))
    #expect(none.minimum == nil && none.maximum == nil && none.mean == nil && none.nanCount == 1)
    #expect(ArrayStatistics(of: NDArray([Float](), shape: [0])).mean == nil)
  }

  @Test func sumsWithoutLosingSmallValues() {
    // A plain sum gives 0 here, and infinity in the second.
    let mixed = NDArray([1e100, 1, -1e100, 1], shape: [4])
    #expect(ArrayStatistics(of: mixed).mean == 0.5)
    let huge = NDArray([Double](repeating: 1.5e308, count: 3), shape: [3])
    #expect(ArrayStatistics(of: huge).mean == 1.5e308)
  }
}
