import Files
import Foundation

/// The plainest static file server on loopback, for pages under test: GET and HEAD, no more.
public final class StaticServer: Sendable {
  /// The free port that it listens on, on 127.0.0.1.
  public let port: UInt16
  private let descriptor: Int32

  /// Serves `folder` under `prefix` ("/some/where" without a slash at the end, or "").
  ///
  /// - Throws: ``BrowserError`` where no port is free.
  public init(_ folder: String, under prefix: String = "") throws(BrowserError) {
    guard let (socket, port) = Socket.listening() else { throw BrowserError("no port is free") }
    self.port = port
    descriptor = socket.descriptor
    nonisolated(unsafe) let listener = socket
    let thread = Thread {
      while let connection = listener.accepted() {
        nonisolated(unsafe) let connection = connection
        Thread { Self.answer(connection, folder: folder, prefix: prefix) }.start()
      }
    }
    thread.start()
  }

  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private static let types = [
    "html": "text/html; charset=utf-8", "css": "text/css", "js": "text/javascript",
    "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "wasm": "application/wasm",
    "json": "application/json", "pdf": "application/pdf",
  ]

  private static func answer(_ connection: Socket, folder: String, prefix: String) {
    var request: [UInt8] = []
    while !String(decoding: request.suffix(4), as: UTF8.self).hasSuffix("\r\n\r\n") {
      guard let more = connection.receive() else { return }
      request += more
    }
    let words = String(decoding: request, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard words.count == 3, words[0] == "GET" || words[0] == "HEAD" else { return }
    let target = words[1].split(separator: "?", omittingEmptySubsequences: false)[0]
    var status = "404 Not Found"
    var body: [UInt8] = []
    var type = "text/plain"
    if target.hasPrefix("\(prefix)/"), let decoded = String(target).removingPercentEncoding {
      var path = Folder.join(folder, String(decoded.dropFirst(prefix.count + 1)))
      if decoded.hasSuffix("/") { path += "index.html" }
      if let file = try? MappedFile(path) {
        status = "200 OK"
        body = file.withBytes { Array($0) }
        type = types[String(path.split(separator: ".").last ?? "")] ?? "application/octet-stream"
      }
    }
    let head =
      "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n"
      + "Connection: close\r\n\r\n"
    connection.send(Array(head.utf8) + (words[0] == "GET" ? body : []))
  }
}
