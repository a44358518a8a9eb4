/// The attention of up to 64 queries of one head, over keys that come block by block.
///
/// A softmax over blocks: weights are relative to the largest score so far, and sums are scaled
/// down when a larger one appears (M. Milakov, N. Gimelshein, "Online normalizer calculation for
/// softmax", 2018).
///
/// Lanes are queries: the micro-kernel's rows are keys and its columns eight queries, so that the
/// softmax never works across lanes, and leaves its weights where they are the columns of the
/// second product, whose rows are the values' channels.
final class AttentionBlock {
  /// Keys and values of one head's next keys.
  struct Keys: Sendable {
    /// `[key][head width]`, scaled by log2(e) / √(head width): scores are logarithms to base 2.
    let keys: FloatBuffer
    /// `[channel of the head][key]`.
    let values: FloatBuffer
    let count: Int
  }

  private let headWidth: Int
  /// `[panel of 8 queries][channel][8]`.
  private let queries: FloatBuffer
  /// `[key][8]`, of one panel.
  private let scores: FloatBuffer
  /// `[panel][channel, filled up to fours][8]`.
  private let sums: FloatBuffer
  /// The largest score and the sum of weights, `[panel][8]`.
  private let largest: FloatBuffer
  private let totals: FloatBuffer
  private let keyRows: UnsafeMutablePointer<UnsafePointer<Float>>
  private let valueRows: UnsafeMutablePointer<UnsafePointer<Float>>
  private var count = 0

  private var channelTiles: Int { (headWidth + 3) / 4 }
  private var panels: Int { (count + 7) / 8 }

  /// Room for blocks of up to `keys` keys.
  init(keys: Int, headWidth: Int) {
    self.headWidth = headWidth
    let channels = (headWidth + 3) / 4 * 4
    queries = FloatBuffer(count: headWidth * blockTokens)
    scores = FloatBuffer(count: (keys + 3) / 4 * 4 * 8)
    sums = FloatBuffer(count: channels * blockTokens)
    largest = FloatBuffer(count: blockTokens)
    totals = FloatBuffer(count: blockTokens)
    keyRows = .allocate(capacity: (keys + 3) / 4 * 4)
    valueRows = .allocate(capacity: channels)
  }

  deinit {
    keyRows.deallocate()
    valueRows.deallocate()
  }

  /// Starts with `count` queries, `stride` floats apart.
  func begin(_ source: UnsafePointer<Float>, stride: Int, count: Int) {
    self.count = count
    for panel in 0..<panels {
      for lane in 0..<8 {
        // Lanes past the last query repeat it; their results are not used.
        let query = source + min(panel * 8 + lane, count - 1) * stride
        let target = queries.address + panel * headWidth * 8 + lane
        for channel in 0..<headWidth { target[channel * 8] = query[channel] }
      }
    }
    sums.address.update(repeating: 0, count: sums.count)
    largest.address.update(repeating: -.infinity, count: blockTokens)
    totals.address.update(repeating: 0, count: blockTokens)
  }

  /// Adds the next keys, with their values.
  ///
  /// With `firstQuery`, the place of the first query counted from the block's first key, keys
  /// after a query's own place have no weight.
  func add(_ block: Keys, firstQuery: Int?) {
    for row in 0..<(block.count + 3) / 4 * 4 {
      (keyRows + row).initialize(
        to: UnsafePointer(block.keys.address) + min(row, block.count - 1) * headWidth)
    }
    for row in 0..<channelTiles * 4 {
      (valueRows + row).initialize(
        to: UnsafePointer(block.values.address) + min(row, headWidth - 1) * block.count)
    }
    for panel in 0..<panels {
      let own = firstQuery.map { $0 + panel * 8 }
      let visible = own.map { min($0 + 8, block.count) } ?? block.count
      guard visible > 0 else { continue }
      multiplyTiles(
        UnsafePointer(keyRows), offset: 0, depth: headWidth,
        UnsafePointer(queries.address) + panel * headWidth * 8, tiles: (visible + 3) / 4,
        scores.address, accumulate: false)
      if let own { hide(own, visible) }
      weigh(panel, visible)
      multiplyTiles(
        UnsafePointer(valueRows), offset: 0, depth: visible, UnsafePointer(scores.address),
        tiles: channelTiles, sums.address + panel * channelTiles * 32, accumulate: true)
    }
    withExtendedLifetime(block) {}
  }

  /// Makes scores of keys after a query's own minus infinity; `own` is the first lane's place.
  private func hide(_ own: Int, _ visible: Int) {
    for lane in 0..<7 {
      for key in max(own + lane + 1, 0)..<max(own + lane + 1, 0, visible) {
        scores.address[key * 8 + lane] = -.infinity
      }
    }
  }

  /// Turns a panel's scores into weights, and scales its sums to them.
  private func weigh(_ panel: Int, _ visible: Int) {
    let before = UnsafeMutableRawPointer(largest.address + panel * 8)
    let total = UnsafeMutableRawPointer(totals.address + panel * 8)
    let old = before.load(as: SIMD8<Float>.self)
    let new = largestScores(scores.address, keys: visible, old)
    if any(old .< new) {
      let factor = power2(old - new)
      before.storeBytes(of: new, as: SIMD8<Float>.self)
      total.storeBytes(
        of: total.load(as: SIMD8<Float>.self) * factor, as: SIMD8<Float>.self)
      var place = UnsafeMutableRawPointer(sums.address + panel * channelTiles * 32)
      for _ in 0..<headWidth {
        place.storeBytes(of: place.load(as: SIMD8<Float>.self) * factor, as: SIMD8<Float>.self)
        place += 32
      }
    }
    let sum = weightsInPlace(scores.address, keys: visible, new)
    total.storeBytes(of: total.load(as: SIMD8<Float>.self) + sum, as: SIMD8<Float>.self)
  }

  /// Writes the queries' results, `stride` floats apart.
  func finish(_ output: UnsafeMutablePointer<Float>, stride: Int) {
    for panel in 0..<panels {
      let total = UnsafeRawPointer(totals.address + panel * 8).load(as: SIMD8<Float>.self)
      let factor = 1 / total
      let target = output + panel * 8 * stride
      for channel in 0..<headWidth {
        let results = sums.address + (panel * channelTiles * 4 + channel) * 8
        let place = UnsafeMutableRawPointer(results)
        place.storeBytes(of: place.load(as: SIMD8<Float>.self) * factor, as: SIMD8<Float>.self)
        for lane in 0..<min(8, count - panel * 8) {
          target[lane * stride + channel] = results[lane]
        }
      }
    }
  }
}
