/// How many tokens a block of a matrix product has: its results stay in the fastest cache.
let blockTokens = 64
/// How many channels a call of the micro-kernel goes through at most, for the same reason.
let chunkDepth = 320

/// Products of four rows at a time with one panel of eight columns: the innermost loop of
/// convolutions, linear maps and attention.
///
/// `rows` holds `4 * tiles` pointers, from each of which `depth` values from `offset` on are read;
/// `output` is `[4 * tiles][8]`, added to or overwritten. Its own function, never inlined, so that
/// a browser swaps in the optimised code early; eight accumulators, because more would spill; and
/// never a fused multiply-add, which is a library call on most targets.
@inline(never)
func multiplyTiles(
  _ rows: UnsafePointer<UnsafePointer<Float>>, offset: Int, depth: Int,
  _ panel: UnsafePointer<Float>, tiles: Int, _ output: UnsafeMutablePointer<Float>,
  accumulate: Bool
) {
  let columns = UnsafeRawPointer(panel)
  for tile in 0..<tiles {
    let row0 = rows[4 * tile] + offset
    let row1 = rows[4 * tile + 1] + offset
    let row2 = rows[4 * tile + 2] + offset
    let row3 = rows[4 * tile + 3] + offset
    var a0 = SIMD4<Float>()
    var b0 = SIMD4<Float>()
    var a1 = SIMD4<Float>()
    var b1 = SIMD4<Float>()
    var a2 = SIMD4<Float>()
    var b2 = SIMD4<Float>()
    var a3 = SIMD4<Float>()
    var b3 = SIMD4<Float>()
    var next = columns
    for k in 0..<depth {
      let left = next.load(as: SIMD4<Float>.self)
      let right = next.load(fromByteOffset: 16, as: SIMD4<Float>.self)
      next += 32
      a0 += left * row0[k]
      b0 += right * row0[k]
      a1 += left * row1[k]
      b1 += right * row1[k]
      a2 += left * row2[k]
      b2 += right * row2[k]
      a3 += left * row3[k]
      b3 += right * row3[k]
    }
    let target = UnsafeMutableRawPointer(output + 32 * tile)
    if accumulate {
      a0 += target.load(as: SIMD4<Float>.self)
      b0 += target.load(fromByteOffset: 16, as: SIMD4<Float>.self)
      a1 += target.load(fromByteOffset: 32, as: SIMD4<Float>.self)
      b1 += target.load(fromByteOffset: 48, as: SIMD4<Float>.self)
      a2 += target.load(fromByteOffset: 64, as: SIMD4<Float>.self)
      b2 += target.load(fromByteOffset: 80, as: SIMD4<Float>.self)
      a3 += target.load(fromByteOffset: 96, as: SIMD4<Float>.self)
      b3 += target.load(fromByteOffset: 112, as: SIMD4<Float>.self)
    }
    target.storeBytes(of: a0, as: SIMD4<Float>.self)
    target.storeBytes(of: b0, toByteOffset: 16, as: SIMD4<Float>.self)
    target.storeBytes(of: a1, toByteOffset: 32, as: SIMD4<Float>.self)
    target.storeBytes(of: b1, toByteOffset: 48, as: SIMD4<Float>.self)
    target.storeBytes(of: a2, toByteOffset: 64, as: SIMD4<Float>.self)
    target.storeBytes(of: b2, toByteOffset: 80, as: SIMD4<Float>.self)
    target.storeBytes(of: a3, toByteOffset: 96, as: SIMD4<Float>.self)
    target.storeBytes(of: b3, toByteOffset: 112, as: SIMD4<Float>.self)
  }
}
