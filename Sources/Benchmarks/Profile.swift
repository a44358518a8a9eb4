internal import Kernels

/// Operations by kind and shape: how often, how long, how many floating-point operations.
public final class Profile {
  /// One kind of operation on one shape.
  public struct Entry {
    /// Such as "convolution".
    public let name: String
    /// Such as "320 -> 640 on 1024".
    public let shape: String
    /// How often it ran.
    public fileprivate(set) var count = 0
    /// In all.
    public fileprivate(set) var seconds = 0.0
    /// In all; a multiplication and an addition count as two.
    public fileprivate(set) var operations = 0.0
  }

  private var places: [String: Int] = [:]
  /// In the order of their first use.
  public private(set) var entries: [Entry] = []
  /// The floating-point operations of convolutions and linear maps, which peers count.
  public private(set) var weightOperations = 0.0

  func time(
    _ name: String, _ body: () -> FeatureMap,
    describe: (FeatureMap) -> (shape: String, operations: Double, hasWeights: Bool)
  ) -> FeatureMap {
    let clock = ContinuousClock()
    let start = clock.now
    let output = body()
    let duration = clock.now - start
    let (shape, operations, hasWeights) = describe(output)
    let place = places["\(name) \(shape)", default: entries.count]
    if place == entries.count {
      places["\(name) \(shape)"] = place
      entries.append(Entry(name: name, shape: shape))
    }
    entries[place].count += 1
    entries[place].seconds += duration / .seconds(1)
    entries[place].operations += operations
    if hasWeights { weightOperations += operations }
    return output
  }

  /// Forgets everything.
  public func reset() {
    places = [:]
    entries = []
    weightOperations = 0
  }

  /// The entries as a table, the longest first: milliseconds, share, GFLOP/s.
  public var table: String {
    let total = entries.reduce(0) { $0 + $1.seconds }
    let rows = entries.sorted { $0.seconds > $1.seconds }.map { entry in
      let rate =
        entry.operations > 0 ? "\(Int(entry.operations / entry.seconds / 1e9)) GFLOP/s" : ""
      let milliseconds = (entry.seconds * 10_000).rounded() / 10
      let percent = (entry.seconds / total * 1000).rounded() / 10
      return
        "\(milliseconds) ms\t\(percent) %\t\(entry.count) x\t\(entry.name) \(entry.shape)\t\(rate)"
    }
    return rows.joined(separator: "\n")
  }
}
