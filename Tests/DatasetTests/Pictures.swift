import Files
import Images

/// Small pictures and what a dataset made of them.
enum Pictures {
  /// A PNG of a colour that `seed` decides.
  static func png(_ seed: Int, width: Int = 6, height: Int = 4) -> [UInt8] {
    var pixels: [UInt8] = []
    for i in 0..<width * height {
      pixels += [UInt8(seed * 37 % 256), UInt8(seed * 11 % 256), UInt8(i % 256)]
    }
    return
      (try? PNGFile.encode(pixels, width: width, height: height, layout: .rgb)) ?? []
  }

  /// A folder of class folders with `count` pictures each.
  static func tree(_ root: String, _ classes: [String], count: Int) throws {
    for (label, name) in classes.enumerated() {
      for i in 0..<count {
        try AtomicFile.write(
          png(label * 50 + i), to: Folder.join(root, "\(name)/\(name)_\(i).JPEG"))
      }
    }
  }

  /// The fields of metadata.csv without its header; test names hold no commas.
  static func rows(_ folder: String) throws -> [[String]] {
    let text = try MappedFile(Folder.join(folder, "metadata.csv")).withBytes {
      String(decoding: $0, as: UTF8.self)
    }
    return text.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// Every file of a folder with its bytes' hash.
  static func hashes(_ folder: String) throws -> [String: String] {
    var hashes: [String: String] = [:]
    for name in try Folder.names(in: folder) {
      hashes[name] = try SHA256Hex.ofFile(Folder.join(folder, name))
    }
    return hashes
  }
}
