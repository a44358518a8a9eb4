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
      """)

  @Argument(help: "Files to look into; their content decides how they are read.")
  var files: [String]

  @Flag(help: "Print one JSON document instead of a table.")
  var json = false

  @OptionGroup var shared: SharedOptions

  /// A command to be parsed.
  public init() {}

  /// Prints the listing of every readable file, then fails if there was an unreadable one.
  public func run() throws {
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
}
