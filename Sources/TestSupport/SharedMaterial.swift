import Files
import Foundation

/// Material beside the checkout that users do not have: reference vectors and the authors' arrays.
///
/// Tests that need it are enabled by these conditions, so that a run says that they were skipped.
public enum SharedMaterial {
  /// The root of this checkout.
  public static let repository = String(
    #filePath.dropLast("/Sources/TestSupport/SharedMaterial.swift".count))

  /// The folder `shared` beside the checkout, or where `UNETLENS_SHARED` points.
  public static let root =
    ProcessInfo.processInfo.environment["UNETLENS_SHARED"]
    ?? Folder.join(Folder.parent(of: repository), "shared")

  /// Whether the authors' cached arrays are there.
  public static var hasSeedData: Bool { Folder.isFolder(seedData) }
  /// The authors' cached arrays.
  public static var seedData: String { Folder.join(root, "seed-data") }

  /// Whether the reference checkpoints and vectors are there.
  public static var hasReference: Bool { Folder.isFolder(reference) }
  /// Checkpoints, images and vectors computed by the original Python.
  public static var reference: String { Folder.join(root, "reference") }

  /// The committed checkpoints and vectors, `Tests/Fixtures`.
  public static let fixtures = Folder.join(repository, "Tests/Fixtures")
}
