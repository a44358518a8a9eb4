/// Bytes as a classic script of one line, `unetlensFiles.accept("NAME","BYTES")`.
///
/// A page that lies on a disk may neither fetch files nor read their pixels, but it may run scripts;
/// over http the same file is fetched, with progress. `BYTES` are the bytes themselves, which the
/// script element reads as windows-1252: only what would end a string is escaped, so that weights
/// grow by 1.3 % where base64 adds a third.
package enum ScriptFile {
  /// The script that hands over `bytes` under `name`, a path of the page, which needs no escaping.
  package static func bytes(_ bytes: [UInt8], name: String) -> [UInt8] {
    var script = Array("unetlensFiles.accept(\"\(name)\",\"".utf8)
    script.reserveCapacity(bytes.count + bytes.count / 16 + script.count + 3)
    let backslash = UInt8(ascii: "\\")
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"): script += [backslash, UInt8(ascii: "n")]
      case UInt8(ascii: "\r"): script += [backslash, UInt8(ascii: "r")]
      case UInt8(ascii: "\""), backslash: script += [backslash, byte]
      default: script.append(byte)
      }
    }
    return script + Array("\")\n".utf8)
  }
}
