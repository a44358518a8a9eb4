/// The float32 activations of one image (or one text), token-major: `[height * width, channels]`.
///
/// Token (row, column) is the `channels` values from `(row * width + column) * channels` on. A map
/// is a value: copies share memory until one of them is changed.
public struct FeatureMap: Sendable {
  /// The number of token rows; for a text, the number of tokens.
  public let height: Int
  /// The number of token columns; for a text, 1.
  public let width: Int
  /// The number of values of one token.
  public let channels: Int
  private var buffer: FloatBuffer

  /// The number of tokens.
  public var tokens: Int { height * width }
  /// The number of values in all.
  public var count: Int { height * width * channels }

  /// A map whose values `fill` writes, all of them: they are not initialised before.
  public init(
    height: Int, width: Int, channels: Int,
    fill: (UnsafeMutablePointer<Float>) -> Void
  ) {
    precondition(height >= 0 && width >= 0 && channels >= 0)
    self.height = height
    self.width = width
    self.channels = channels
    buffer = FloatBuffer(count: height * width * channels)
    fill(buffer.address)
  }

  /// A map over a copy of `values`, which has `height * width * channels` elements.
  public init(height: Int, width: Int, channels: Int, values: [Float]) {
    precondition(values.count == height * width * channels)
    self.init(height: height, width: width, channels: channels) { target in
      values.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { target.update(from: base, count: source.count) }
      }
    }
  }

  /// A map of `tokens` rows of one token each, such as a text's.
  public init(tokens: Int, channels: Int, values: [Float]) {
    self.init(height: tokens, width: 1, channels: channels, values: values)
  }

  /// The same values seen as `height` rows of `width` tokens; the number of tokens must not change.
  public func reshaped(height: Int, width: Int) -> FeatureMap {
    precondition(height * width == tokens)
    return FeatureMap(height: height, width: width, channels: channels, buffer: buffer)
  }

  private init(height: Int, width: Int, channels: Int, buffer: FloatBuffer) {
    self.height = height
    self.width = width
    self.channels = channels
    self.buffer = buffer
  }
}

extension FeatureMap {
  /// Where the values lie, 64-byte aligned; for kernels.
  ///
  /// Valid while the map lives: inside a function that has the map as a parameter, or inside
  /// `withExtendedLifetime`.
  public var address: UnsafePointer<Float> { UnsafePointer(buffer.address) }

  /// Calls `body` with the values.
  public func withValues<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = try body(UnsafeBufferPointer(start: buffer.address, count: count))
    withExtendedLifetime(buffer) {}
    return result
  }

  /// Calls `body` with the values to change in place; shared memory is copied first.
  public mutating func withMutableValues<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if !isKnownUniquelyReferenced(&buffer) {
      let copy = FloatBuffer(count: count)
      copy.address.update(from: buffer.address, count: count)
      buffer = copy
    }
    let result = try body(UnsafeMutableBufferPointer(start: buffer.address, count: count))
    withExtendedLifetime(buffer) {}
    return result
  }

  /// A copy of the values as an array, token-major.
  public var values: [Float] { withValues { Array($0) } }

  /// The value of one channel of one token.
  public subscript(row: Int, column: Int, channel: Int) -> Float {
    precondition(row >= 0 && row < height && column >= 0 && column < width)
    precondition(channel >= 0 && channel < channels)
    return withValues { $0[(row * width + column) * channels + channel] }
  }
}
