/// Names that may stand in addresses, scripts and paths as they are.
enum PlainName {
  /// Whether `name` is made of ASCII letters, digits, `.`, `_` and `-` and does not start with a dot.
  static func isOne(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// Whether every part of a path is such a name, so that it leads nowhere else.
  static func isPath(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isOne(String($0)) }
  }
}
