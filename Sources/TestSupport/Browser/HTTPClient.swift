/// A client for HTTP/1.1 on loopback, for drivers and servers under test.
///
/// It sends exactly the bytes it is told to (`..` in a path stays) and stops reading at
/// Content-Length: chromedriver's header has no blank after the colon and its connection stays
/// open, both of which URLSession does not survive.
public struct HTTPClient: Sendable {
  /// An answer: status, headers by lower-case name, body.
  public struct Response: Sendable {
    /// The status code.
    public let status: Int
    /// Header values by lower-case name; of equal names the last one.
    public let headers: [String: String]
    /// The body, chunks joined.
    public let body: [UInt8]
    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// The port on 127.0.0.1.
  public let port: UInt16

  /// A client of the server on `port` of 127.0.0.1.
  public init(port: UInt16) { self.port = port }

  /// Sends one request over a connection of its own.
  ///
  /// - Throws: ``BrowserError`` where nobody answers or the answer is no HTTP.
  public func send(
    _ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8] = []
  ) throws(BrowserError) -> Response {
    guard let socket = Socket.connected(to: port) else {
      throw BrowserError("nothing answers on port \(port)")
    }
    var head = "\(method) \(target) HTTP/1.1\r\n"
    let all = ["Host": "127.0.0.1:\(port)", "Content-Length": "\(body.count)"]
      .merging(headers) { $1 }
    for name in all.keys.sorted() { head += "\(name): \(all[name] ?? "")\r\n" }
    socket.send(Array("\(head)\r\n".utf8) + body)
    return try read(from: socket, isHead: method == "HEAD")
  }

  private func read(from socket: Socket, isHead: Bool) throws(BrowserError) -> Response {
    var received: [UInt8] = []
    var end: Int?
    while end == nil {
      guard let more = socket.receive() else {
        throw BrowserError("port \(port) closed the connection before an answer's end")
      }
      let from = max(0, received.count - 3)
      received += more
      end = Self.endOfHead(in: received, from: from)
    }
    let lines = String(decoding: received[..<(end ?? 0)], as: UTF8.self)
      .split(whereSeparator: \.isNewline)
    let parts = (lines.first ?? "").split(separator: " ")
    guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
      throw BrowserError("port \(port) answers something that is no HTTP")
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers[line[..<colon].lowercased()] = String(value)
    }
    var body = Array(received[(end ?? 0)...])
    if isHead || status == 204 || status == 304 { body = [] }
    if headers["transfer-encoding"]?.lowercased() == "chunked" {
      while true {
        if let joined = Self.joinChunks(body) {
          return Response(status: status, headers: headers, body: joined)
        }
        guard let more = socket.receive() else { break }
        body += more
      }
      throw BrowserError("port \(port) closed the connection within a chunked body")
    }
    let length = isHead ? 0 : headers["content-length"].flatMap { Int($0) }
    while length.map({ body.count < $0 }) ?? true, let more = socket.receive() { body += more }
    return Response(status: status, headers: headers, body: body)
  }

  private static func endOfHead(in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in start..<(bytes.count - 3)
    where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13
      && bytes[index + 3] == 10
    {
      return index + 4
    }
    return nil
  }

  /// The joined chunks, or nil while the last one has not arrived.
  private static func joinChunks(_ bytes: [UInt8]) -> [UInt8]? {
    var joined: [UInt8] = []
    var rest = bytes[...]
    while let lineEnd = rest.firstIndex(of: 10) {
      let line = String(decoding: rest[rest.startIndex..<lineEnd], as: UTF8.self)
      let digits = line.prefix { $0.isHexDigit }
      guard let size = Int(digits, radix: 16) else { return nil }
      rest = rest[(lineEnd + 1)...]
      if size == 0 { return joined }
      guard rest.count >= size + 2 else { return nil }
      joined += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return nil
  }
}
