public import ArgumentParser
import Tensors

/// `unetlens inspect`: what arrays a file holds.
public struct InspectCommand: ParsableCommand {
  /// Name, summary and an example.
  public static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List the arrays of npy, npz, torch (.pt, .bin) and safetensors files.",
    discussion: """
      Smallest, largest and mean value are those of the finite elements. A file that cannot be
      read ends in exit code 1; those that can are still listed.

      Example:
        unetlens inspect data/accuracies_cls_sd15.pt --json
        unetlens inspect mine.pt --against theirs.pt --tolerance 1e-4
      """)

  @Argument(help: "Files to look into; their content decides how they are read.")
  var files: [String]

  @Flag(help: "Print one JSON document instead of a table.")
  var json = false

  @Option(
    name: .long,
    help: """
      Compare the file with this one instead: print each array's relative distance, and fail where \
      one is larger than --tolerance.
      """)
  var against: String?

  @Option(
    name: .long,
    help: "The largest distance |a - b| / |a| of an array's elements that --against allows.")
  var tolerance = 0.0

  @OptionGroup var shared: SharedOptions

  /// A command to be parsed.
  public init() {}

  /// Refuses comparisons of more than two files.
  public func validate() throws {
    if against != nil && (files.count != 1 || json) {
      throw ValidationError("--against compares one file with one other, as text")
    }
    guard tolerance >= 0 else { throw ValidationError("--tolerance must not be negative") }
  }

  /// Prints the listing of every readable file, then fails if there was an unreadable one.
  public func run() throws {
    if let against { return try compare(ArrayComparison(of: files[0], with: against)) }
    var listings: [ArrayListing] = []
    var errors: [TensorError] = []
    for file in files {
      do throws(TensorError) {
        listings.append(try ArrayListing(of: file))
      } catch { errors.append(error) }
    }
    if json, !listings.isEmpty {
      print(ArrayListing.json(listings))
    } else {
      for listing in listings { print(listing.table) }
    }
    for error in errors.dropLast() { StandardError.write("Error: \(error)\n") }
    if let last = errors.last { throw last }
  }

  /// Prints every array's distance, and fails where one is too far off.
  private func compare(_ comparison: ArrayComparison) throws {
    for row in comparison.rows {
      print("\(row.name.isEmpty ? "-" : row.name)  \(row.distance.map { "\($0)" } ?? "differs")")
    }
    for name in comparison.unmatched { print("\(name)  in one file only") }
    guard let distance = comparison.distance, distance <= tolerance else {
      let found = comparison.distance.map { "\($0)" } ?? "arrays of other names, types or shapes"
      throw TensorError(
        path: comparison.other,
        "expected the arrays of \(comparison.file) within \(tolerance), found \(found)")
    }
  }
}
