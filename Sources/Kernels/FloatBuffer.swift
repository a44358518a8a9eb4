/// Owned, 64-byte aligned memory for floats, not initialised.
///
/// `@unchecked Sendable`: who holds the only reference may write (``FeatureMap`` checks that);
/// shared buffers are only read.
public final class FloatBuffer: @unchecked Sendable {
  /// The first element.
  public let address: UnsafeMutablePointer<Float>
  /// The number of elements.
  public let count: Int

  /// Memory for `count` floats.
  public init(count: Int) {
    self.count = count
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    address = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(address).deallocate() }
}
