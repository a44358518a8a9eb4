#if canImport(Glibc)
  import Glibc
#endif

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
    let size = max(count, 1) * MemoryLayout<Float>.stride
    let isLarge = size >= 2 * Self.hugePage
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: size, alignment: isLarge ? Self.hugePage : 64)
    #if canImport(Glibc)
      // Large maps come fresh from the system each time: 512 times fewer page faults.
      if isLarge { madvise(bytes, size / Self.hugePage * Self.hugePage, MADV_HUGEPAGE) }
    #endif
    address = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(address).deallocate() }

  private static let hugePage = 2 << 20
}
