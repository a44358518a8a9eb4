import Files
import Foundation

/// A folder of its own for one test, removed when the value goes.
public final class TemporaryFolder: Sendable {
  /// The folder's absolute path.
  public let path: String

  /// Creates an empty folder below the system's temporary folder.
  public convenience init() {
    self.init(inside: FileManager.default.temporaryDirectory.path)
  }

  /// Creates an empty folder below `folder`.
  public init(inside folder: String) {
    path = Folder.join(folder, "unetlens-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` inside the folder.
  public func file(_ name: String) -> String { Folder.join(path, name) }
}
