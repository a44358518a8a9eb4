import Files

/// Writes a zip archive of stored entries, the same bytes for the same entries.
///
/// Sizes stand in the local headers too; entries and archives beyond 4 GB get zip64 fields.
struct ZipWriter {
  /// An entry's name and contents.
  struct Entry {
    let name: String
    /// The pieces that follow each other in the entry.
    let contents: [ArrayStorage]

    init(_ name: String, _ contents: [ArrayStorage]) {
      self.name = name
      self.contents = contents
    }

    init(_ name: String, _ text: String) {
      self.init(name, [ArrayStorage(Array(text.utf8))])
    }

    var size: Int { contents.reduce(0) { $0 + $1.count } }

    var checksum: UInt32 {
      contents.reduce(0) { sum, piece in
        piece.withBytes { Deflate.checksum($0, after: sum) }
      }
    }
  }

  /// The multiple at which every entry's bytes start.
  let alignment: Int

  /// Writes `entries` and their directory to `sink`.
  func write(_ entries: [Entry], to sink: inout ByteSink) throws(FileError) {
    var directory: [UInt8] = []
    for entry in entries {
      let checksum = entry.checksum
      let offset = sink.count
      try sink.append(localHeader(entry, checksum, at: offset))
      for piece in entry.contents { try sink.append(piece) }
      directory += centralHeader(entry, checksum, at: offset)
    }
    let start = sink.count
    try sink.append(directory)
    try sink.append(end(count: entries.count, size: directory.count, at: start))
  }

  private static let largest = Int(UInt32.max)

  /// `size` as 32 bits, or all ones where the zip64 field has it.
  private static func short(_ size: Int) -> UInt32 {
    size >= largest ? .max : UInt32(size)
  }

  private func localHeader(_ entry: Entry, _ checksum: UInt32, at offset: Int) -> [UInt8] {
    let size = entry.size
    var extra: [UInt8] = []
    if size >= Self.largest {
      extra.append(littleEndian: UInt16(1))
      extra.append(littleEndian: UInt16(16))
      extra.append(littleEndian: UInt64(size))
      extra.append(littleEndian: UInt64(size))
    }
    let unpadded = offset + 30 + entry.name.utf8.count + extra.count
    if alignment > 1, !unpadded.isMultiple(of: alignment) {
      // torch's own padding field: "FB", its length, then letters Z.
      let padding = alignment - 1 - (unpadded + 3) % alignment
      extra += Array("FB".utf8)
      extra.append(littleEndian: UInt16(padding))
      extra += [UInt8](repeating: UInt8(ascii: "Z"), count: padding)
    }
    var header: [UInt8] = []
    header.append(littleEndian: UInt32(0x0403_4B50))
    header += common(entry, checksum, isLarge: size >= Self.largest, extra: extra.count)
    header += Array(entry.name.utf8)
    return header + extra
  }

  private func centralHeader(_ entry: Entry, _ checksum: UInt32, at offset: Int) -> [UInt8] {
    let size = entry.size
    var fields: [UInt8] = []
    if size >= Self.largest {
      fields.append(littleEndian: UInt64(size))
      fields.append(littleEndian: UInt64(size))
    }
    if offset >= Self.largest { fields.append(littleEndian: UInt64(offset)) }
    var extra: [UInt8] = []
    if !fields.isEmpty {
      extra.append(littleEndian: UInt16(1))
      extra.append(littleEndian: UInt16(fields.count))
      extra += fields
    }
    var header: [UInt8] = []
    header.append(littleEndian: UInt32(0x0201_4B50))
    header.append(littleEndian: UInt16(fields.isEmpty ? 20 : 45))
    header += common(entry, checksum, isLarge: !fields.isEmpty, extra: extra.count)
    // Comment length, disk, two kinds of attributes.
    header += [UInt8](repeating: 0, count: 10)
    header.append(littleEndian: Self.short(offset))
    header += Array(entry.name.utf8)
    return header + extra
  }

  /// The fields that both headers share, from the version to the length of the extra field.
  private func common(
    _ entry: Entry, _ checksum: UInt32, isLarge: Bool, extra: Int
  ) -> [UInt8] {
    var fields: [UInt8] = []
    fields.append(littleEndian: UInt16(isLarge ? 45 : 20))
    // Names in UTF-8; stored; midnight of 1 January 1980, zip's first day.
    fields.append(littleEndian: UInt16(0x0800))
    fields.append(littleEndian: UInt16(0))
    fields.append(littleEndian: UInt16(0))
    fields.append(littleEndian: UInt16(0x0021))
    fields.append(littleEndian: checksum)
    fields.append(littleEndian: Self.short(entry.size))
    fields.append(littleEndian: Self.short(entry.size))
    fields.append(littleEndian: UInt16(entry.name.utf8.count))
    fields.append(littleEndian: UInt16(extra))
    return fields
  }

  private func end(count: Int, size: Int, at start: Int) -> [UInt8] {
    var record: [UInt8] = []
    if count >= 0xFFFF || size >= Self.largest || start >= Self.largest {
      record.append(littleEndian: UInt32(0x0606_4B50))
      record.append(littleEndian: UInt64(44))
      record.append(littleEndian: UInt16(45))
      record.append(littleEndian: UInt16(45))
      record += [UInt8](repeating: 0, count: 8)
      for number in [count, count, size, start] { record.append(littleEndian: UInt64(number)) }
      record.append(littleEndian: UInt32(0x0706_4B50))
      record.append(littleEndian: UInt32(0))
      record.append(littleEndian: UInt64(start + size))
      record.append(littleEndian: UInt32(1))
    }
    record.append(littleEndian: UInt32(0x0605_4B50))
    record += [0, 0, 0, 0]
    record.append(littleEndian: UInt16(min(count, 0xFFFF)))
    record.append(littleEndian: UInt16(min(count, 0xFFFF)))
    record.append(littleEndian: Self.short(size))
    record.append(littleEndian: Self.short(start))
    record += [0, 0]
    return record
  }
}
