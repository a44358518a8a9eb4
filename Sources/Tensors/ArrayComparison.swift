/// How far the arrays of one file lie from those of another.
public struct ArrayComparison: Sendable {
  /// An array that both files have.
  public struct Row: Sendable {
    /// Keys and indices joined by "/"; empty for a file's only array.
    public let name: String
    /// The Euclidean distance of the elements that are finite in both, over the length of the first
    /// file's; nil where type or shape differ, or what is not finite lies elsewhere.
    public let distance: Double?
  }

  /// The first file.
  public let file: String
  /// The second file.
  public let other: String
  /// Arrays of both, in the first file's order.
  public let rows: [Row]
  /// Names of arrays that only one of the files has.
  public let unmatched: [String]

  /// Compares two files of any of the formats.
  ///
  /// - Throws: ``TensorError`` where one cannot be read.
  public init(of file: String, with other: String) throws(TensorError) {
    self.file = file
    self.other = other
    let first = try ArrayFile.read(file).arrays
    let second = try ArrayFile.read(other).arrays
    var rest = Dictionary(second.map { ($0.name, $0.array) }) { one, _ in one }
    var rows: [Row] = []
    var unmatched: [String] = []
    for (name, array) in first {
      if let partner = rest.removeValue(forKey: name) {
        rows.append(Row(name: name, distance: Self.distance(array, partner)))
      } else {
        unmatched.append(name)
      }
    }
    self.rows = rows
    self.unmatched = (unmatched + rest.keys).sorted()
  }

  /// The largest distance; nil where any array has none, or only one file has it.
  public var distance: Double? {
    guard unmatched.isEmpty else { return nil }
    var largest = 0.0
    for row in rows {
      guard let distance = row.distance else { return nil }
      largest = max(largest, distance)
    }
    return largest
  }

  private static func distance(_ one: NDArray, _ other: NDArray) -> Double? {
    guard one.shape == other.shape, one.dtype == other.dtype else { return nil }
    let part = 1 << 16
    var (difference, length) = (0.0, 0.0)
    for start in stride(from: 0, to: one.count, by: part) {
      let range = start..<min(start + part, one.count)
      for (a, b) in zip(one.doubles(range), other.doubles(range)) {
        guard a.isFinite, b.isFinite else {
          if a == b || (a.isNaN && b.isNaN) { continue }
          return nil
        }
        difference += (a - b) * (a - b)
        length += a * a
      }
    }
    if difference == 0 { return 0 }
    return length > 0 ? (difference / length).squareRoot() : .infinity
  }
}
