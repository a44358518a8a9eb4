import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Labeler
import NIOCore
import TestSupport
import Testing

@Suite struct LabelServerTests {
  let folder = TemporaryFolder()

  /// Runs `body` against the server of a small project, without a socket or with one.
  private func withServer(
    _ setup: TestingSetup = .router,
    _ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void
  ) async throws {
    try Samples.project(in: folder.path)
    try Samples.photos(in: folder.file("photos"), count: 3)
    let store = try LabelStore(folder.path)
    let server = try LabelServer(
      folder: folder.path, store: store, project: #require(try LabelProject.read(folder.path)),
      photos: PhotoList(folder: folder.file("photos")), token: "secret")
    try await server.application().test(setup, body)
  }

  private static let headers: HTTPFields = [HTTPField.Name("X-Unetlens-Token")!: "secret"]

  /// Calls `body` with the port of a running server, off Swift's own threads: it may block, and
  /// the server's handlers need those.
  private func withLiveServer(
    _ body: @Sendable @escaping (UInt16) throws -> Void
  ) async throws {
    try Samples.project(in: folder.path)
    let store = try LabelStore(folder.path)
    let server = try LabelServer(
      folder: folder.path, store: store, project: #require(try LabelProject.read(folder.path)),
      token: "secret")
    let (addresses, continuation) = AsyncStream<String>.makeStream()
    let running = Task { try await server.run { continuation.yield($0) } }
    defer { running.cancel() }
    let address = try #require(await addresses.first { _ in true })
    let port = try #require(URL(string: address)?.port)
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      DispatchQueue.global().async { done.resume(with: Result { try body(UInt16(port)) }) }
    }
  }

  private func status(
    _ client: any TestClientProtocol, _ uri: String, _ method: HTTPRequest.Method = .get,
    headers: HTTPFields = LabelServerTests.headers, body: String? = nil
  ) async throws -> Int {
    try await client.execute(
      uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
    ) { $0.status.code }
  }

  @Test func thePageAndItsPicturesAreServed() async throws {
    try await withServer { (client) async throws in
      for (uri, type) in [
        ("/?token=secret", "text/html; charset=utf-8"), ("/norm/2?token=secret", "image/png"),
        ("/photo/0?token=secret", "image/png"), ("/label.js", "text/javascript; charset=utf-8"),
      ] {
        try await client.execute(uri: uri, method: .get) {
          #expect($0.status == .ok)
          #expect($0.headers[.contentType] == type)
          #expect($0.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
          #expect($0.headers[.accessControlAllowOrigin] == nil)
        }
      }
      try await client.execute(uri: "/api/state", method: .get, headers: Self.headers) {
        let state =
          try JSONSerialization.jsonObject(with: Data($0.body.readableBytesView)) as? [String: Any]
        #expect(state?["images"] as? Int == 3)
      }
    }
  }

  @Test func aChangeIsOnDiskBeforeItsAnswer() async throws {
    let log = folder.file("labels/Ann.jsonl")
    try await withServer { (client) async throws in
      let body = #"{"labeler":"Ann","image":1,"add":[4,6],"seen":0}"#
      #expect(try await status(client, "/api/change", .post, body: body) == 200)
      let text = try MappedFile(log).withBytes { String(decoding: $0, as: UTF8.self) }
      #expect(text == "{\"add\":[4,6],\"image\":1}\n")
      // Not seen: kept, and said.
      let stale = #"{"labeler":"Ann","image":1,"set":[],"none":true,"seen":0}"#
      #expect(try await status(client, "/api/change", .post, body: stale) == 409)
      try await client.execute(uri: "/api/news?after=0", method: .get, headers: Self.headers) {
        #expect(String(buffer: $0.body).contains(#""patches":[[4,6]]"#))
      }
    }
  }

  @Test(arguments: [
    #"{"labeler":"Ann","image":3,"add":[4,6]}"#, #"{"labeler":"Ann","image":-1,"add":[4,6]}"#,
    #"{"labeler":"Ann","image":0,"add":[5,6]}"#, #"{"labeler":"Ann","image":0,"add":[4,32]}"#,
    #"{"labeler":"Ann","image":0,"add":[4]}"#, #"{"labeler":"Ann","image":0}"#,
    #"{"labeler":"","image":0,"add":[4,6]}"#, #"{"labeler":"a\nb","image":0,"add":[4,6]}"#,
    #"{"labeler":"Ann","image":0,"add":[4,6],"remove":[4,6]}"#, "[]", "", "{\"labeler\":",
    #"{"labeler":"Ann","image":9223372036854775808,"add":[4,6]}"#,
  ])
  func whatIsNoChangeIsRefused(body: String) async throws {
    try await withServer { (client) async throws in
      #expect(try await status(client, "/api/change", .post, body: body) == 400)
    }
    #expect(try Folder.names(in: folder.file("labels")).isEmpty)
  }

  @Test func foreignHostsOriginsAndTokensAreRefused() async throws {
    try await withLiveServer { (port) throws in
      let client = HTTPClient(port: port)
      let own = "127.0.0.1:\(port)"
      let token = ["X-Unetlens-Token": "secret"]
      func status(_ headers: [String: String], _ target: String = "/api/change") throws -> Int {
        let body = Array(#"{"labeler":"Ann","image":0,"set":[],"none":true}"#.utf8)
        return try client.send("POST", target, headers: headers, body: body).status
      }
      for host in [
        "evil.example", "127.0.0.1.evil.example", "10.0.0.1", "evil.example:\(port)", "",
      ] {
        #expect([400, 421].contains(try status(token.merging(["Host": host]) { $1 })), "\(host)")
      }
      for origin in ["http://evil.example", "null", "http://127.0.0.1:1", "https://\(own)"] {
        #expect(try status(token.merging(["Origin": origin]) { $1 }) == 403, "\(origin)")
      }
      #expect(try status(token.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }) == 403)
      for wrong in ["guess", "", "secret2"] {
        #expect(try status(["X-Unetlens-Token": wrong]) == 403)
      }
      // The token in the address does not do for changes, as a link could carry it.
      #expect(try status([:], "/api/change?token=secret") == 403)
      #expect(try client.send("GET", "/").status == 403)
      #expect(try status(token.merging(["Origin": "http://\(own)"]) { $1 }) == 200)
    }
    #expect(try LabelFolder(folder.path).answer(of: "Ann", image: 0).isNone)
  }

  @Test func pathsReachNoFiles() async throws {
    try await withServer { (client) async throws in
      for uri in [
        "/norm/../project.json", "/norm/%2e%2e%2fproject.json", "/project.json", "/labels/",
        "/norm/3", "/norm/-1", "/norm/99999999999999999999", "/photo/0/..", "/photo//etc/passwd",
      ] {
        #expect(try await status(client, uri + "?token=secret") == 404, "\(uri)")
      }
      for method in [HTTPRequest.Method.put, .delete, .options, .post] {
        #expect(try await status(client, "/?token=secret", method) == 405)
      }
      #expect(try await status(client, "/api/change") == 405)
    }
  }

  @Test func largeAndWildRequestsAreRefused() async throws {
    try await withLiveServer { (port) throws in
      let client = HTTPClient(port: port)
      let token = ["X-Unetlens-Token": "secret"]
      let body = [UInt8](repeating: 32, count: 70000)
      #expect(try client.send("POST", "/api/change", headers: token, body: body).status == 413)
      let long = token.merging(["X-Long": String(repeating: "a", count: 100_000)]) { $1 }
      let refused = try? client.send("GET", "/", headers: long).status
      #expect(refused == nil || refused == 400 || refused == 431)
      for target in ["/../../etc/passwd", "/norm/../../../etc/passwd", "//etc/passwd"] {
        let status = try client.send("GET", target + "?token=secret").status
        #expect([400, 404].contains(status), "\(target)")
      }
      #expect(try client.send("GET", "/api/state", headers: token).status == 200)
    }
  }

  @Test func aTakenPortGivesASentence() async throws {
    try Samples.project(in: folder.path)
    let project = try #require(try LabelProject.read(folder.path))
    let store = try LabelStore(folder.path)
    let first = try LabelServer(folder: folder.path, store: store, project: project)
    let (addresses, continuation) = AsyncStream<String>.makeStream()
    let running = Task { try await first.run { continuation.yield($0) } }
    defer { running.cancel() }
    let address = try #require(await addresses.first { _ in true })
    let second = try LabelServer(
      folder: folder.path, store: store, project: project,
      port: try #require(URL(string: address)?.port))
    do {
      try await second.run { _ in }
      Issue.record("no error")
    } catch {
      #expect(error.description.contains("another program listens there"))
    }
  }
}
