import Files
import Hummingbird
import HummingbirdTesting
import Preview
import ProjectPage
import TestSupport
import Testing

/// The preview server, in process and over a socket.
struct PreviewTests {
  private static func state() async -> PreviewState {
    let state = PreviewState()
    await state.show(
      Site(files: [
        "index.html": Array("<!doctype html><title>T</title>".utf8),
        "figures/a.svg": Array("<svg/>".utf8),
      ]))
    return state
  }

  private func status(_ path: String, _ method: HTTPRequest.Method = .get) async throws -> Int {
    let app = Application(router: PreviewServer.router(await Self.state()))
    return try await app.test(.router) { client in
      try await client.execute(uri: path, method: method, headers: [:]) { $0.status.code }
    }
  }

  @Test func servesFilesOfThePageAndNothingElse() async throws {
    let app = Application(router: PreviewServer.router(await Self.state()))
    try await app.test(.live) { client in
      try await client.execute(uri: "/", method: .get) { response in
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(String(buffer: response.body).contains("<title>T</title>"))
      }
      try await client.execute(uri: "/figures/a.svg", method: .get) { response in
        #expect(response.headers[.contentType] == "image/svg+xml")
        #expect(String(buffer: response.body) == "<svg/>")
      }
      for path in [
        "/nothing", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/figures",
        "/figures/..%2f..%2fetc/passwd", "/.git/config", "//etc/passwd",
      ] {
        try await client.execute(uri: path, method: .get) { response in
          #expect([400, 404].contains(response.status.code), "\(path)")
        }
      }
      try await client.execute(uri: "/", method: .post) { response in
        #expect([404, 405].contains(response.status.code))
      }
    }
  }

  @Test func refusesOtherNamesForItself() async throws {
    let app = Application(router: PreviewServer.router(await Self.state()))
    try await app.test(.live) { client in
      let port = UInt16(client.port ?? 0)
      let http = HTTPClient(port: port)
      let foreign = try http.send("GET", "/", headers: ["Host": "evil.example:\(port)"])
      #expect(foreign.status == 403)
      let own = try http.send("GET", "/")
      #expect(own.status == 200)
      let head = try http.send("HEAD", "/")
      #expect(head.status == 200 && head.body.isEmpty)
    }
  }

  @Test func wakesWhoWaitsForTheNextVersion() async throws {
    let state = await Self.state()
    let known = await state.version
    async let next = state.version(after: known)
    await state.show(Site(files: [:]))
    let woken = await next
    #expect(woken == known + 1)
    let late = await state.version(after: known)
    #expect(late == known + 1)
  }

  @Test func aTakenPortIsASentence() async throws {
    let server = try StaticServer(TemporaryFolder().path)
    let preview = PreviewServer(builder: PageBuilder(data: "/nonexistent")) { _ in }
    await #expect(throws: PreviewError.self) { try await preview.run(port: Int(server.port)) }
  }
}
