/// How many bytes a reader may allocate for arrays, in proportion to its file.
///
/// A kilobyte of deflated zeros, or a tensor with stride 0, can ask for any amount of memory.
struct MemoryBudget {
  /// Enough for the small, well compressed files that people really have.
  static let floor = 128 << 20
  /// Bytes of array for each byte of file beyond the floor; deflate itself can reach 1032.
  static let ratio = 32

  private let limit: Int
  private var used = 0

  init(fileSize: Int) {
    let (scaled, overflow) = fileSize.multipliedReportingOverflow(by: Self.ratio)
    limit = overflow ? .max : max(scaled, scaled &+ Self.floor)
  }

  /// Counts `bytes` as used, or says what is wrong with asking for them.
  mutating func take(_ bytes: Int) -> String? {
    let (sum, overflow) = used.addingReportingOverflow(bytes)
    guard !overflow, sum <= limit else {
      return "expanding it takes \(overflow ? "too many" : String(sum)) bytes, "
        + "more than the \(limit) that a file of this size may ask for"
    }
    used = sum
    return nil
  }
}
