import Foundation
public import Hummingbird
import Logging
public import ProjectPage

/// A preview of the page on loopback: built in memory, built again when its sources change.
///
/// Only files of the page exist here, so no path can lead to another one, and no symbolic link is
/// ever followed.
public struct PreviewServer: Sendable {
  private let builder: PageBuilder
  private let say: @Sendable (String) -> Void
  private let state = PreviewState()

  /// Says where it listens, what it built, and what is wrong, through `say`.
  public init(builder: PageBuilder, say: @escaping @Sendable (String) -> Void) {
    self.builder = builder
    self.say = say
  }

  /// Serves on `port` of 127.0.0.1 (0: a free one) until the task is cancelled or a signal arrives.
  ///
  /// - Throws: ``PreviewError`` where the port is taken.
  public func run(port: Int) async throws {
    await rebuild()
    var logger = Logger(label: "unetlens")
    logger.logLevel = .critical
    let app = Application(
      router: Self.router(state),
      configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: "unetlens"),
      onServerRunning: { channel in
        say("http://127.0.0.1:\(channel.localAddress?.port ?? port)/")
      },
      logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await watch() }
      do { try await app.runService() } catch {
        let reason =
          "\(error)".contains("Address already in use") ? "something listens there" : "\(error)"
        throw PreviewError("port \(port) is taken: \(reason); --port takes another, 0 a free one")
      }
      group.cancelAll()
    }
  }

  /// Builds the page now and then whenever a source changed; a page that cannot be built leaves the
  /// last one standing.
  private func watch() async {
    let sources = SourceWatch(paths: builder.sources)
    var built = sources.fingerprint()
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(250))
      let now = sources.fingerprint()
      guard now != built else { continue }
      // Editors and experiments write several files: wait until it is quiet.
      try? await Task.sleep(for: .milliseconds(100))
      guard sources.fingerprint() == now else { continue }
      built = now
      await rebuild()
    }
  }

  private func rebuild() async {
    do {
      let site = try builder.build()
      for warning in site.warnings { say("warning: \(warning)") }
      await state.show(site)
      say("built, \(site.files.count) files")
    } catch {
      say("\(error)")
      let shown = await state.site == nil ? "there is no page yet" : "the last good page stays"
      say("\(shown); it is built again at the next change")
    }
  }

  /// The routes, for tests without a socket.
  public static func router(_ state: PreviewState) -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/_preview/version/:known") { request, context in
      try checkHost(request)
      let known = context.parameters.get("known", as: Int.self) ?? 0
      return "\(await state.version(after: known))"
    }
    for method in [HTTPRequest.Method.get, .head] {
      router.on("/", method: method) { request, _ in try await answer("/", request, state) }
      router.on("/**", method: method) { request, _ in
        try await answer(request.uri.path, request, state)
      }
    }
    return router
  }

  private static func answer(
    _ target: String, _ request: Request, _ state: PreviewState
  ) async throws -> Response {
    try checkHost(request)
    guard await state.site != nil else {
      return page(await waitingPage(state), status: .serviceUnavailable)
    }
    let path = String((target.removingPercentEncoding ?? target).drop { $0 == "/" })
    let name = path.isEmpty ? "index.html" : path
    guard var bytes = await state.file(name) else { throw HTTPError(.notFound) }
    let isPage = name.hasSuffix(".html")
    if isPage { bytes += Array(await reloader(state).utf8) }
    var headers: HTTPFields = [.cacheControl: "no-store"]
    headers[.contentType] = contentType(of: name)
    headers[.xContentTypeOptions] = "nosniff"
    return Response(
      status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  private static func page(_ html: String, status: HTTPResponse.Status) -> Response {
    Response(
      status: status,
      headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(string: html)))
  }

  private static func waitingPage(_ state: PreviewState) async -> String {
    "<!doctype html><html lang=\"en\"><title>No page yet</title><h1>No page yet</h1>"
      + "<p>The terminal says what is wrong. This page reloads when it is mended.</p>"
      + (await reloader(state))
  }

  /// Asks for the next version and reloads the page when there is one; only in previews.
  private static func reloader(_ state: PreviewState) async -> String {
    """
    <script>(async () => {
      for (;;) {
        try {
          const answer = await fetch("/_preview/version/\(await state.version)");
          if (answer.ok && await answer.text() !== "\(await state.version)") location.reload();
        } catch { await new Promise(done => setTimeout(done, 1000)); }
      }
    })()</script>
    """
  }

  /// A page elsewhere could give its own name our address; its requests then carry that name.
  private static func checkHost(_ request: Request) throws {
    let host = request.head.authority ?? ""
    let name = host.split(separator: ":").first.map(String.init) ?? ""
    guard ["127.0.0.1", "localhost"].contains(name) else { throw HTTPError(.forbidden) }
  }

  private static let types = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml", "png": "image/png",
    "jpg": "image/jpeg", "pdf": "application/pdf", "json": "application/json",
    "wasm": "application/wasm", "woff2": "font/woff2",
  ]

  private static func contentType(of name: String) -> String {
    let ending = name.split(separator: ".").last.map(String.init) ?? ""
    return types[ending] ?? (ending == "SHA256SUMS" ? "text/plain" : "application/octet-stream")
  }
}

/// A preview that could not be started, as one sentence.
public struct PreviewError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// An error with this sentence.
  public init(_ description: String) { self.description = description }
}
