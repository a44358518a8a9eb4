import CImageNet

/// A class of ImageNet (ILSVRC 2012): index, WordNet id and names.
public struct ImageNetClass: Sendable, Equatable {
  /// The place among the 1000 classes, by WordNet id.
  public let index: Int
  /// The WordNet id, `n02106662`.
  public let wnid: String
  /// WordNet's names, the usual one first.
  public let names: [String]

  /// The 1000 classes in the order of their index.
  public static let all: [ImageNetClass] = String(
    decoding: UnsafeBufferPointer(start: imagenet_classes_start, count: imagenet_classes_size),
    as: UTF8.self
  ).split(separator: "\n").enumerated().map {
    let fields = $1.split(separator: " ", maxSplits: 1)
    return ImageNetClass(
      index: $0, wnid: "n\(fields[0])",
      names: fields[1].split(separator: ",").map { String($0.drop { $0 == " " }) })
  }

  private static let byWnid = Dictionary(uniqueKeysWithValues: all.map { ($0.wnid, $0) })

  /// The paper's five: German shepherd, boxer, tiger cat, pickup, volcano.
  public static let paper = [235, 242, 282, 717, 980].map { all[$0] }

  /// The class of this WordNet id, or nil.
  public static func of(wnid: String) -> ImageNetClass? { byWnid[wnid] }

  /// The classes that `text` names: by WordNet id, by index, or by one of the names.
  ///
  /// Case, blanks, `_`, `-`, `.` and apostrophes do not matter in names. A few names belong to two classes.
  public static func matching(_ text: String) -> [ImageNetClass] {
    if let found = of(wnid: text) { return [found] }
    if let index = Int(text), all.indices.contains(index) { return [all[index]] }
    let found = byName[plain(text)] ?? []
    let usual = found.filter { plain($0.names[0]) == plain(text) }
    return usual.isEmpty ? found : usual
  }

  private static let byName: [String: [ImageNetClass]] = {
    var byName: [String: [ImageNetClass]] = [:]
    for one in all {
      for name in Set(one.names.map(plain)) { byName[name, default: []].append(one) }
    }
    return byName
  }()

  /// Whether `name` looks like a WordNet id: an n and eight digits.
  static func isWnid(_ name: String) -> Bool {
    name.utf8.count == 9 && name.utf8.first == UInt8(ascii: "n")
      && name.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
  }

  private static func plain(_ text: String) -> String {
    text.lowercased().filter { !" _-.'’".contains($0) }
  }
}
