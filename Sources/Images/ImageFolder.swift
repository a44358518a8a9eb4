public import Files

/// The images of a folder, in the order that gives every image its index.
public enum ImageFolder {
  /// The paths of the files in `folder` named .png, .jpg or .jpeg (any case), in byte order of name.
  ///
  /// Subfolders and other files are passed over; links to files count. Method: docs/METHOD.md,
  /// "From image to representations", step 0.
  ///
  /// - Throws: ``FileError`` where `folder` is no folder or cannot be read.
  public static func list(_ folder: String) throws(FileError) -> [String] {
    try Folder.names(in: folder).filter(isImageName)
      .map { Folder.join(folder, $0) }
      .filter { !Folder.isFolder($0) }
  }

  /// Whether `name` ends in .png, .jpg or .jpeg, in any case.
  public static func isImageName(_ name: String) -> Bool {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return ["png", "jpg", "jpeg"].contains(name[name.utf8.index(after: dot)...].lowercased())
  }
}
