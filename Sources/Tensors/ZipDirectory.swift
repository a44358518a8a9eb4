/// The central directory of a zip archive, where sizes and places are authoritative.
///
/// Local headers are consulted only for the length of their own fields: torch leaves their sizes
/// zero and numpy writes 0xFFFFFFFF there. After PKWARE's APPNOTE 6.3.
struct ZipDirectory {
  /// More entries than any archive of arrays has.
  static let maximalCount = 250_000

  let bytes: UnsafeRawBufferPointer
  let path: String

  init(_ bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// All entries, their places checked.
  func entries() throws(TensorError) -> [ZipArchive.Entry] {
    let (count, directory) = try end()
    guard count <= Self.maximalCount, count * 46 <= directory.count else {
      throw fault(
        "expected at most \(min(Self.maximalCount, directory.count / 46)) zip entries, "
          + "found a count of \(count)")
    }
    var cursor = ByteCursor(
      UnsafeRawBufferPointer(rebasing: bytes[..<directory.upperBound]), at: directory.lowerBound)
    var headers: [CentralHeader] = []
    headers.reserveCapacity(count)
    for place in 0..<count {
      guard let header = CentralHeader(&cursor) else {
        throw fault("expected a zip directory of \(count) entries, found a fault at entry \(place)")
      }
      headers.append(header)
    }
    guard cursor.left == 0 else {
      throw fault("expected a zip directory of \(count) entries, found more behind them")
    }
    var entries: [ZipArchive.Entry] = []
    entries.reserveCapacity(count)
    for header in headers { entries.append(try entry(header, before: directory.lowerBound)) }
    try checkOverlaps(headers, entries)
    return entries
  }

  /// The number of entries and the place of the directory, from the record at the file's end.
  private func end() throws(TensorError) -> (count: Int, directory: Range<Int>) {
    let last = bytes.count - 22
    guard last >= 0 else { throw fault("expected a zip archive, found only its first bytes") }
    for place in stride(from: last, through: max(0, last - 0xFFFF), by: -1) {
      guard bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self) == 0x0605_4B50 else {
        continue
      }
      var cursor = ByteCursor(bytes, at: place + 8)
      guard cursor.next(UInt16.self) != nil, let count = cursor.next(UInt16.self),
        let size = cursor.next(UInt32.self), let offset = cursor.next(UInt32.self),
        let comment = cursor.next(UInt16.self), cursor.left == Int(comment)
      else { continue }
      if count == .max || size == .max || offset == .max { return try largeEnd(before: place) }
      return (Int(count), try directory(at: UInt64(offset), size: UInt64(size), before: place))
    }
    throw fault("expected a zip archive, found no directory at its end: the file was cut short")
  }

  /// The zip64 record, which a locator of 20 bytes before `place` points to.
  private func largeEnd(before place: Int) throws(TensorError) -> (Int, Range<Int>) {
    var locator = ByteCursor(bytes, at: place - 20)
    guard place >= 20, locator.next(UInt32.self) == 0x0706_4B50, locator.next(UInt32.self) != nil,
      let found = locator.next(UInt64.self), let record = Int(exactly: found),
      record <= place - 20 - 56
    else { throw fault("expected a zip64 directory, found no pointer to one") }
    var cursor = ByteCursor(bytes, at: record)
    guard cursor.next(UInt32.self) == 0x0606_4B50, cursor.take(28) != nil,
      let count = cursor.next(UInt64.self), let size = cursor.next(UInt64.self),
      let offset = cursor.next(UInt64.self), let entries = Int(exactly: count)
    else { throw fault("expected a zip64 directory, found something else at byte \(record)") }
    // Bounded here so that no later product overflows.
    guard entries <= Self.maximalCount else {
      throw fault("expected at most \(Self.maximalCount) zip entries, found a count of \(entries)")
    }
    return (entries, try directory(at: offset, size: size, before: record))
  }

  private func directory(
    at offset: UInt64, size: UInt64, before end: Int
  ) throws(TensorError) -> Range<Int> {
    guard let start = Int(exactly: offset), let size = Int(exactly: size), start <= end,
      size <= end - start
    else {
      throw fault(
        "expected a zip directory before byte \(end), "
          + "found it declared at byte \(offset) with \(size) bytes")
    }
    return start..<start + size
  }

  private func entry(
    _ header: CentralHeader, before end: Int
  ) throws(TensorError) -> ZipArchive.Entry {
    let name = String(decoding: bytes[header.name], as: UTF8.self)
    func refuse(_ reason: String) -> TensorError {
      fault("zip entry \(TensorError.quoted(name)): \(reason)")
    }
    if header.flags & 1 != 0 { throw refuse("expected plain data, found encrypted data") }
    guard header.method == 0 || header.method == 8 else {
      throw refuse("expected stored or deflated data, found compression method \(header.method)")
    }
    var local = ByteCursor(bytes, at: header.localHeader)
    guard header.localHeader < end, local.next(UInt32.self) == 0x0403_4B50,
      local.take(22) != nil, let nameSize = local.next(UInt16.self),
      let extraSize = local.next(UInt16.self), let localName = local.take(Int(nameSize)),
      local.take(Int(extraSize)) != nil,
      bytes[localName].elementsEqual(bytes[header.name])
    else { throw refuse("expected its header at byte \(header.localHeader), found something else") }
    guard local.offset <= end, header.packedSize <= end - local.offset else {
      throw refuse(
        "expected \(header.packedSize) bytes from byte \(local.offset), "
          + "found \(max(0, end - local.offset)): the file was cut short or altered")
    }
    if header.method == 0, header.packedSize != header.size {
      throw refuse(
        "expected one size for stored data, found \(header.packedSize) "
          + "and \(header.size)")
    }
    // Deflate cannot do better than 1032 to 1.
    if header.size / 1033 > header.packedSize + 1 {
      throw refuse(
        "expected at most \((header.packedSize + 1) * 1033) bytes from "
          + "\(header.packedSize) deflated ones, found \(header.size) declared")
    }
    return ZipArchive.Entry(
      name: name, isDeflated: header.method == 8, crc: header.crc, size: header.size,
      data: local.offset..<local.offset + header.packedSize)
  }

  private func checkOverlaps(
    _ headers: [CentralHeader], _ entries: [ZipArchive.Entry]
  ) throws(TensorError) {
    let order = headers.indices.sorted { headers[$0].localHeader < headers[$1].localHeader }
    for (first, second) in zip(order, order.dropFirst())
    where entries[first].data.upperBound > headers[second].localHeader {
      throw fault(
        "expected zip entries apart, found \(TensorError.quoted(entries[first].name)) "
          + "and \(TensorError.quoted(entries[second].name)) overlapping")
    }
  }

  private func fault(_ reason: String) -> TensorError { TensorError(path: path, reason) }
}

/// One record of the central directory, its zip64 field resolved.
private struct CentralHeader {
  let flags: UInt16
  let method: UInt16
  let crc: UInt32
  let packedSize: Int
  let size: Int
  let localHeader: Int
  let name: Range<Int>

  /// Reads one record; nil where it is none or lacks something.
  init?(_ cursor: inout ByteCursor) {
    guard cursor.next(UInt32.self) == 0x0201_4B50, cursor.next(UInt32.self) != nil,
      let flags = cursor.next(UInt16.self), let method = cursor.next(UInt16.self),
      cursor.next(UInt32.self) != nil, let crc = cursor.next(UInt32.self),
      let packed = cursor.next(UInt32.self), let size = cursor.next(UInt32.self),
      let nameSize = cursor.next(UInt16.self), let extraSize = cursor.next(UInt16.self),
      let commentSize = cursor.next(UInt16.self), cursor.take(8) != nil,
      let offset = cursor.next(UInt32.self), let name = cursor.take(Int(nameSize)),
      let extra = cursor.take(Int(extraSize)), cursor.take(Int(commentSize)) != nil
    else { return nil }
    self.flags = flags
    self.method = method
    self.crc = crc
    self.name = name
    var large = Self.largeField(cursor.bytes, extra)
    guard let size = Self.resolve(size, &large), let packed = Self.resolve(packed, &large),
      let offset = Self.resolve(offset, &large)
    else { return nil }
    self.size = size
    packedSize = packed
    localHeader = offset
  }

  private static func resolve(_ value: UInt32, _ large: inout ByteCursor?) -> Int? {
    if value != .max { return Int(value) }
    guard large != nil else { return nil }
    return large?.next(UInt64.self).flatMap { Int(exactly: $0) }
  }

  /// The zip64 extra field (id 1) inside `extra`.
  private static func largeField(
    _ bytes: UnsafeRawBufferPointer, _ extra: Range<Int>
  ) -> ByteCursor? {
    var fields = ByteCursor(
      UnsafeRawBufferPointer(rebasing: bytes[..<extra.upperBound]), at: extra.lowerBound)
    while let id = fields.next(UInt16.self), let size = fields.next(UInt16.self),
      let field = fields.take(Int(size))
    {
      if id == 1 {
        return ByteCursor(
          UnsafeRawBufferPointer(rebasing: bytes[..<field.upperBound]), at: field.lowerBound)
      }
    }
    return nil
  }
}
