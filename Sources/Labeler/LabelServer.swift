internal import Files
public import Hummingbird
internal import Logging
internal import NIOCore

/// The local server of the labelling page.
public struct LabelServer: Sendable {
  /// What it serves.
  public let responder: LabelResponder
  /// Where it listens.
  public let host: String
  /// The port; 0 takes a free one.
  public let port: Int
  private let token: String

  /// A server for the label folder `folder`.
  ///
  /// - Parameters:
  ///   - store: the folder's open answers.
  ///   - project: what the labels are about.
  ///   - photos: the photographs, in the order of the maps; may be empty.
  ///   - labeler: who labels; nil: the page asks.
  ///   - host: a loopback address unless the user wants otherwise.
  ///   - token: the secret of this run; by default 32 random hexadecimal digits.
  /// - Throws: ``LabelError`` where the pictures of the maps cannot be read.
  public init(
    folder: String, store: LabelStore, project: LabelProject, photos: PhotoList = PhotoList(),
    labeler: String? = nil, host: String = "127.0.0.1", port: Int = 0, token: String? = nil
  ) throws(LabelError) {
    var pictures: [[UInt8]] = []
    for image in 0..<project.images {
      let path = Folder.join(folder, LabelProject.pictureName(image))
      pictures.append(
        try passingOn { () throws(FileError) in try MappedFile(path).withBytes { Array($0) } })
    }
    if let labeler, !Labelers.isName(labeler) {
      throw LabelError("expected a name of 1 to 40 characters, found \"\(labeler)\"")
    }
    if photos.count > 0, photos.count < project.images {
      throw LabelError(
        "expected a photograph for each of the \(project.images) maps, found \(photos.count)")
    }
    let isLoopback = ["127.0.0.1", "localhost", "::1"].contains(host)
    let token = token ?? Self.randomToken()
    self.token = token
    self.host = host
    self.port = port
    let source = project.settings.model ?? project.settings.normsFile ?? "norms"
    responder = LabelResponder(
      store: store, project: project, pictures: pictures, photos: photos,
      title: "\(source), \(project.settings.block)", labeler: labeler,
      access: RequestGuard(
        token: token,
        hosts: isLoopback ? ["127.0.0.1", "localhost", "[::1]"] : [host.lowercased()],
        acceptsAddresses: !isLoopback))
  }

  /// The server as an application; `whenRunning` gets the page's address.
  public func application(
    whenRunning: @escaping @Sendable (String) async -> Void = { _ in }
  ) -> some ApplicationProtocol {
    var logger = Logger(label: "unetlens")
    logger.logLevel = .critical
    let (host, port, token) = (host, port, token)
    return Application(
      responder: responder,
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(60),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 8192, maxHeaderListSize: 16384, maxHeaderFieldCount: 64))),
      configuration: .init(address: .hostname(host, port: port), serverName: "unetlens"),
      onServerRunning: { channel in
        let shown = host.contains(":") ? "[\(host)]" : host
        await whenRunning(
          "http://\(shown):\(channel.localAddress?.port ?? port)/?token=\(token)")
      },
      logger: logger)
  }

  /// Serves until a signal arrives; `whenRunning` gets the page's address.
  ///
  /// - Throws: ``LabelError`` where the port is taken or the host is none of this machine's.
  public func run(
    whenRunning: @escaping @Sendable (String) async -> Void
  ) async throws(LabelError) {
    do {
      try await application(whenRunning: whenRunning).runService()
    } catch {
      // NIO's errors are told apart by their text alone.
      let text = String(describing: error)
      let why =
        text.contains("in use")
        ? "another program listens there"
        : text.contains("ermission denied") ? "this port is for root only" : text
      throw LabelError("\(host):\(port): cannot listen: \(why); --port takes another, 0 a free one")
    }
  }

  private static func randomToken() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let word = String(UInt32.random(in: 0...UInt32.max, using: &generator), radix: 16)
      return String(repeating: "0", count: 8 - word.count) + word
    }.joined()
  }
}
