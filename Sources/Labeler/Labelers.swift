/// Names of people and the files they get.
enum Labelers {
  /// Whether `name` can be a person's: 1 to 40 characters, none of them a control character, and no
  /// blank at either end.
  static func isName(_ name: String) -> Bool {
    (1...40).contains(name.count) && name.utf8.count <= 120
      && name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
      && name.first != " " && name.last != " "
  }

  /// The name of the file of `person`: every byte that is no letter, digit, `-` or `_` is written
  /// as `%` and two digits, so that no name leads anywhere.
  static func fileName(of person: String) -> String {
    var name = ""
    for byte in person.utf8 {
      let plain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || byte == 45 || byte == 95
      if plain {
        name.unicodeScalars.append(UnicodeScalar(byte))
      } else {
        name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return name + ".jsonl"
  }

  /// The person whose file is called so, or nil.
  static func person(of fileName: String) -> String? {
    guard fileName.hasSuffix(".jsonl") else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(fileName.utf8.dropLast(6))[...]
    while let byte = rest.popFirst() {
      if byte != 37 {
        bytes.append(byte)
        continue
      }
      guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let name = String(validating: bytes, as: UTF8.self), isName(name) else { return nil }
    return name
  }
}
