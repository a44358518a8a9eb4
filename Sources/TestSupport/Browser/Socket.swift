import Glibc

/// A TCP socket on loopback, blocking, closed when the value goes.
final class Socket {
  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// A connection to `port` on 127.0.0.1, or nil where nobody listens; reads end after 60 s.
  static func connected(to port: UInt16) -> Socket? {
    let made = Socket(descriptor: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = loopback(port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(made.descriptor, $0, size) }
    }
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      made.descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    return result == 0 ? made : nil
  }

  /// A socket that listens on a free port of 127.0.0.1, with that port.
  static func listening() -> (socket: Socket, port: UInt16)? {
    let made = Socket(descriptor: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(made.descriptor, $0, size) == 0 && listen(made.descriptor, 64) == 0
          && getsockname(made.descriptor, $0, &size) == 0
      }
    }
    return result ? (made, UInt16(bigEndian: address.sin_port)) : nil
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// The next connection, or nil once the socket is shut.
  func accepted() -> Socket? {
    let next = accept(descriptor, nil, nil)
    return next < 0 ? nil : Socket(descriptor: next)
  }

  /// Sends all of `bytes`; false where the other side is gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      // MSG_NOSIGNAL: a closed peer is an answer here, not a SIGPIPE.
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// What has arrived, at most 64 KiB; nil at the end of the stream or after an error.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  /// Ends both directions, so that a blocked call returns.
  func shut() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
