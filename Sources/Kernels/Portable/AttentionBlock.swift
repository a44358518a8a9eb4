/// The attention of up to 64 queries of one head, over keys that come block by block.
///
/// A softmax over blocks: weights are relative to the largest score so far, and sums are scaled
/// down when a larger one appears (M. Milakov, N. Gimelshein, "Online normalizer calculation for
/// softmax", 2018).
final class AttentionBlock {
  private let keyBlock: Int
  private let headWidth: Int
  /// `[panel of 8 keys][query][8]`.
  private let scores: FloatBuffer
  /// `[query][key]`.
  private let weights: FloatBuffer
  /// `[panel of 8 channels][query][8]`.
  private let sums: FloatBuffer
  private let largest: FloatBuffer
  private let totals: FloatBuffer
  private let queryRows: UnsafeMutablePointer<UnsafePointer<Float>>
  private let weightRows: UnsafeMutablePointer<UnsafePointer<Float>>
  private var count = 0

  init(keys: Int, headWidth: Int) {
    keyBlock = keys
    self.headWidth = headWidth
    scores = FloatBuffer(count: keys * blockTokens)
    weights = FloatBuffer(count: keys * blockTokens)
    sums = FloatBuffer(count: (headWidth + 7) / 8 * 8 * blockTokens)
    largest = FloatBuffer(count: blockTokens)
    totals = FloatBuffer(count: blockTokens)
    queryRows = .allocate(capacity: blockTokens)
    weightRows = .allocate(capacity: blockTokens)
    weights.address.update(repeating: 0, count: weights.count)
    for row in 0..<blockTokens {
      weightRows.advanced(by: row).initialize(to: UnsafePointer(weights.address + row * keys))
    }
    queryRows.initialize(repeating: UnsafePointer(weights.address), count: blockTokens)
  }

  deinit {
    queryRows.deallocate()
    weightRows.deallocate()
  }

  /// Starts with `count` queries, `stride` floats apart.
  func begin(_ queries: UnsafePointer<Float>, stride: Int, count: Int) {
    self.count = count
    for row in 0..<blockTokens {
      // Rows past the last query repeat it; their results are not used.
      queryRows[row] = queries + min(row, count - 1) * stride
    }
    sums.address.update(repeating: 0, count: sums.count)
    largest.address.update(repeating: -.infinity, count: blockTokens)
    totals.address.update(repeating: 0, count: blockTokens)
  }

  /// Adds the keys from `firstKey` on, with their values.
  ///
  /// With `firstQuery`, the place of the first query, keys after a query's own place have no
  /// weight.
  func add(_ keys: PackedMatrix, from firstKey: Int, _ values: PackedMatrix, firstQuery: Int?) {
    let keyCount = values.depth
    let tiles = (count + 3) / 4
    for panel in 0..<(keyCount + 7) / 8 {
      multiplyTiles(
        UnsafePointer(queryRows), offset: 0, depth: headWidth, keys.panel(firstKey / 8 + panel),
        tiles: tiles, scores.address + panel * blockTokens * 8, accumulate: false)
    }
    for row in 0..<count {
      let visible = firstQuery.map { min(max($0 + row + 1 - firstKey, 0), keyCount) } ?? keyCount
      weigh(row, visible: visible, of: keyCount)
    }
    for panel in 0..<values.panelCount {
      multiplyTiles(
        UnsafePointer(weightRows), offset: 0, depth: keyCount, values.panel(panel), tiles: tiles,
        sums.address + panel * blockTokens * 8, accumulate: true)
    }
  }

  /// Turns one query's scores into weights, the first `visible` of them; the others are zero.
  private func weigh(_ row: Int, visible: Int, of keyCount: Int) {
    let target = weights.address + row * keyBlock
    let (whole, rest) = visible.quotientAndRemainder(dividingBy: 8)
    var maxima = SIMD8<Float>(repeating: largest.address[row])
    let start = UnsafeRawPointer(scores.address + row * 8)
    let step = blockTokens * 32
    for panel in 0..<whole {
      let value = (start + panel * step).load(as: SIMD8<Float>.self)
      maxima.replace(with: value, where: maxima .< value)
    }
    if rest > 0 {
      let value = (start + whole * step).load(as: SIMD8<Float>.self)
      for lane in 0..<rest where maxima[0] < value[lane] { maxima[0] = value[lane] }
    }
    var maximum = maxima[0]
    for lane in 1..<8 where maximum < maxima[lane] { maximum = maxima[lane] }
    rescale(row, to: maximum)
    var sum = SIMD4<Float>()
    for panel in 0..<(visible + 7) / 8 {
      let value = (start + panel * step).load(as: SIMD8<Float>.self) - maximum
      let low = FloatMath.exp(value.lowHalf)
      let high = FloatMath.exp(value.highHalf)
      let place = target + panel * 8
      if panel < whole {
        sum += low + high
        UnsafeMutableRawPointer(place).storeBytes(of: low, as: SIMD4<Float>.self)
        UnsafeMutableRawPointer(place + 4).storeBytes(of: high, as: SIMD4<Float>.self)
      } else {
        for lane in 0..<rest {
          let weight = lane < 4 ? low[lane] : high[lane - 4]
          place[lane] = weight
          sum[0] += weight
        }
      }
    }
    for key in visible..<max(visible, keyCount) { target[key] = 0 }
    totals.address[row] += (sum[0] + sum[1]) + (sum[2] + sum[3])
  }

  /// Makes `maximum` the score that a query's weights are relative to.
  private func rescale(_ row: Int, to maximum: Float) {
    let before = largest.address[row]
    guard before < maximum else { return }
    largest.address[row] = maximum
    let factor = FloatMath.exp(SIMD4(repeating: before - maximum))[0]
    guard factor != 1 else { return }
    totals.address[row] *= factor
    for panel in 0..<(headWidth + 7) / 8 {
      let place = UnsafeMutableRawPointer(sums.address + (panel * blockTokens + row) * 8)
      place.storeBytes(of: place.load(as: SIMD8<Float>.self) * factor, as: SIMD8<Float>.self)
    }
  }

  /// Writes the queries' results, `stride` floats apart.
  func finish(_ output: UnsafeMutablePointer<Float>, stride: Int) {
    for row in 0..<count {
      let factor = 1 / totals.address[row]
      for channel in 0..<headWidth {
        let place = (channel / 8 * blockTokens + row) * 8 + channel % 8
        output[row * stride + channel] = sums.address[place] * factor
      }
    }
  }
}
