/// Owned, 64-byte aligned memory for floats, not initialised.
///
/// `@unchecked Sendable`: who holds the only reference may write (``FeatureMap`` checks that);
/// shared buffers are only read.
public final class FloatBuffer: @unchecked Sendable {
  /// The first element.
  public let address: UnsafeMutablePointer<Float>
  /// The number of elements.
  public let count: Int

  #if canImport(Glibc)
    /// The size of its block of ``LargeMemory``; 0 where it is none.
    private let blockBytes: Int
  #endif

  /// Memory for `count` floats.
  public init(count: Int) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    #if canImport(Glibc)
      if bytes >= LargeMemory.smallest {
        let block = LargeMemory.take(bytes)
        blockBytes = block.bytes
        address = block.address.bindMemory(to: Float.self, capacity: count)
        return
      }
      blockBytes = 0
    #endif
    address = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit {
    #if canImport(Glibc)
      if blockBytes > 0 {
        LargeMemory.giveBack(UnsafeMutableRawPointer(address), bytes: blockBytes)
        return
      }
    #endif
    UnsafeMutableRawPointer(address).deallocate()
  }
}
