import Foundation

/// The arrays of one file with their statistics, as `unetlens inspect` shows them.
public struct ArrayListing: Sendable {
  /// One array and where in the file it lies.
  public struct Row: Sendable {
    /// Keys and indices joined by "/"; empty for a file's only array.
    public let name: String
    /// The element type.
    public let dtype: DType
    /// The side lengths.
    public let shape: [Int]
    /// What its elements are.
    public let statistics: ArrayStatistics
  }

  /// The file's path as given.
  public let file: String
  /// Its arrays, in the file's order.
  public let rows: [Row]

  /// Reads `file` and looks at every element of it.
  ///
  /// - Throws: ``TensorError`` where it cannot be read.
  public init(of file: String) throws(TensorError) {
    self.file = file
    rows = try ArrayFile.read(file).arrays.map { name, array in
      Row(
        name: name, dtype: array.dtype, shape: array.shape,
        statistics: ArrayStatistics(of: array))
    }
  }

  /// One JSON document: a list with an object for each file.
  public static func json(_ listings: [ArrayListing]) -> String {
    let files = listings.map { listing in
      let rows = listing.rows.map { "\n    \($0.json)" }.joined(separator: ",")
      return "  {\"file\": \(JSONText.string(listing.file)), \"arrays\": [\(rows)]}"
    }
    return files.isEmpty ? "[]" : "[\n\(files.joined(separator: ",\n"))\n]"
  }

  /// A table with a line for each array, its columns aligned.
  public var table: String {
    let heading = ["name", "dtype", "shape", "min", "max", "mean", "nan", "inf"]
    let lines = [heading] + rows.map(\.cells)
    let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let text = lines.map { cells in
      // Words to the left, numbers to the right.
      let padded = cells.enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        return column < 3 ? cell + blanks : blanks + cell
      }
      return "  " + padded.joined(separator: "  ")
    }
    let count = rows.count == 1 ? "1 array" : "\(rows.count) arrays"
    return "\(file): \(count)\n" + (rows.isEmpty ? "" : text.joined(separator: "\n") + "\n")
  }
}

extension ArrayListing.Row {
  fileprivate var json: String {
    let values = [statistics.minimum, statistics.maximum, statistics.mean]
      .map { JSONText.number($0) }
    return "{\"name\": \(JSONText.string(name)), \"dtype\": \"\(dtype.rawValue)\", "
      + "\"shape\": \(shape), \"min\": \(values[0]), \"max\": \(values[1]), "
      + "\"mean\": \(values[2]), \"nan\": \(statistics.nanCount), "
      + "\"inf\": \(statistics.infiniteCount)}"
  }

  fileprivate var cells: [String] {
    let values = [statistics.minimum, statistics.maximum, statistics.mean].map(Self.short)
    return [
      name.isEmpty ? "-" : String(TensorError.quoted(name).dropFirst().dropLast()),
      dtype.rawValue, "\(shape)",
    ] + values + ["\(statistics.nanCount)", "\(statistics.infiniteCount)"]
  }

  /// `value` with six significant digits.
  private static func short(_ value: Double?) -> String {
    guard let value else { return "-" }
    return String(format: "%.6g", value)
  }
}
