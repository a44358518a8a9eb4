/// The classes of a dataset; a class's place is its label.
struct ClassList {
  /// One class and the folder names it goes by.
  struct Entry {
    /// What errors call it: the folder's name, with ImageNet's name where it is an id.
    let title: String
    /// Names of folders or archives that hold it.
    let folders: Set<String>
  }

  let entries: [Entry]

  /// The label of the class kept in a folder of this name, or nil.
  func label(of folder: String) -> Int? { labels[folder] }

  private let labels: [String: Int]

  private init(_ entries: [Entry]) throws(DatasetError) {
    self.entries = entries
    var labels: [String: Int] = [:]
    for (label, entry) in entries.enumerated() {
      for folder in entry.folders {
        if let other = labels.updateValue(label, forKey: folder) {
          throw DatasetError(
            "classes \(other) and \(label) (counted from 0) are the same one: \(entry.title)")
        }
      }
    }
    self.labels = labels
  }

  /// The classes that `names` ask for, or those that `sources` suggest where it is nil: the paper's
  /// five from ImageNet, every folder from anything else.
  ///
  /// - Throws: ``DatasetError`` where a name means no class, two, or one that was named before.
  static func resolve(_ names: [String]?, sources: [Source]) throws(DatasetError) -> ClassList {
    var found: [String] = []
    for source in sources {
      for name in try source.classNames() where !found.contains(name) { found.append(name) }
    }
    guard let names else { return try suggested(found) }
    if names.count == 1, found.count == 1, case .flat = sources[0],
      ImageNetClass.matching(names[0]).isEmpty
    {
      // A flat folder is one class, and the user may name it.
      return try ClassList([Entry(title: names[0], folders: [found[0]])])
    }
    var entries: [Entry] = []
    for name in names { entries.append(try entry(name, found: found)) }
    return try ClassList(entries)
  }

  private static func suggested(_ found: [String]) throws(DatasetError) -> ClassList {
    if found.contains(where: ImageNetClass.isWnid) {
      return try ClassList(ImageNetClass.paper.map { imageNet($0, found: found) })
    }
    return try ClassList(found.map { Entry(title: $0, folders: [$0]) })
  }

  private static func entry(_ name: String, found: [String]) throws(DatasetError) -> Entry {
    if found.contains(name), !ImageNetClass.isWnid(name) {
      return Entry(title: name, folders: [name])
    }
    let matches = ImageNetClass.matching(name)
    switch matches.count {
    case 1: return imageNet(matches[0], found: found)
    case 0:
      let some = found.prefix(8).joined(separator: ", ") + (found.count > 8 ? ", …" : "")
      throw DatasetError(
        "class \(name): expected a class of ImageNet (id, index or name) or a folder of the source,"
          + " which holds \(some.isEmpty ? "none" : some)")
    default:
      let ids = matches.map { "\($0.wnid) (\($0.names.joined(separator: ", ")))" }
      throw DatasetError("class \(name) is \(ids.joined(separator: " or ")): give the id")
    }
  }

  /// A class of ImageNet, kept in a folder named after its id or any of its names.
  private static func imageNet(_ one: ImageNetClass, found: [String]) -> Entry {
    let named = found.filter {
      !ImageNetClass.isWnid($0) && Int($0) == nil && ImageNetClass.matching($0) == [one]
    }
    return Entry(title: "\(one.wnid) (\(one.names[0]))", folders: Set(named + [one.wnid]))
  }
}
