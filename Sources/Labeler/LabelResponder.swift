internal import CLabelPage
internal import Files
internal import Foundation
internal import HTTPTypes
public import Hummingbird

/// Answers the requests of the labelling page; every request passes the same guard first.
///
/// No part of a request ever becomes a path: an image is an index, a person's name is encoded.
public struct LabelResponder: HTTPResponder {
  /// The context that comes with a request.
  public typealias Context = BasicRequestContext

  let store: LabelStore
  let project: LabelProject
  let pictures: [[UInt8]]
  let photos: PhotoList
  let title: String
  let labeler: String?
  let access: RequestGuard

  /// A change is a few hundred bytes; all patches of a 64 x 64 map at once are 16 KB.
  private static let largestBody = 65536

  /// The answer to one request.
  public func respond(to request: Request, context: Context) async throws -> Response {
    var response = await answer(request)
    response.headers[.cacheControl] = "no-store"
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.frameOptions] = "DENY"
    response.headers[.referrerPolicy] = "no-referrer"
    response.headers[.contentSecurityPolicy] =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
      + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return response
  }

  private func answer(_ request: Request) async -> Response {
    let path = request.uri.path
    let isChange = path == "/api/change"
    guard request.method == (isChange ? .post : .get) || (!isChange && request.method == .head)
    else { return Self.text(.methodNotAllowed, "this address does not take this method") }
    let isPublic = path == "/label.css" || path == "/favicon.ico" || Self.scripts[path] != nil
    switch access.check(request, needsHeader: path.hasPrefix("/api/")) {
    case .host: return Self.text(.misdirectedRequest, "this server does not go by that name")
    case .origin: return Self.text(.forbidden, "requests of other sites are refused")
    case .token where !isPublic:
      return Self.text(
        .forbidden, "open the address that unetlens label prints: each run has another one")
    default: break
    }
    switch path {
    case "/": return Self.data(Self.html, "text/html; charset=utf-8")
    case "/label.css": return Self.data(Self.css, "text/css; charset=utf-8")
    case "/favicon.ico": return Response(status: .noContent)
    case "/api/state": return await state()
    case "/api/news": return await news(request)
    case "/api/change": return await change(request)
    default:
      if let script = Self.scripts[path] {
        return Self.data(script, "text/javascript; charset=utf-8")
      }
      return picture(path)
    }
  }

  private func picture(_ path: String) -> Response {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].utf8.count < 10, let image = Int(parts[2]) else {
      return Self.text(.notFound, "there is nothing here")
    }
    if parts[1] == "norm", pictures.indices.contains(image) {
      return Self.data(pictures[image], "image/png")
    }
    if parts[1] == "photo", let photo = photos.photo(image) {
      return Self.data(photo.bytes, photo.type)
    }
    return Self.text(.notFound, "there is nothing here")
  }

  private func state() async -> Response {
    let contents = await store.contents
    var answers: [String: [String: LabelAPI.AnswerBody]] = [:]
    for person in contents.people {
      answers[person] = Dictionary(
        uniqueKeysWithValues: (contents.answers[person] ?? [:]).map {
          (String($0.key), LabelAPI.AnswerBody($0.value))
        })
    }
    return Self.json(
      LabelAPI.State(
        title: title, images: project.images, width: project.width, height: project.height,
        patch: project.settings.patch, photos: photos.count, labeler: labeler, answers: answers,
        suggestions: project.suggestions, version: await store.version))
  }

  private func news(_ request: Request) async -> Response {
    let after = request.uri.queryParameters["after"].flatMap { Int($0) } ?? 0
    let version = await store.version
    let changes = await store.news(after: after).map {
      LabelAPI.NewsBody.Item(
        labeler: $0.person, image: $0.image, answer: LabelAPI.AnswerBody($0.answer))
    }
    return Self.json(LabelAPI.NewsBody(version: version, changes: changes))
  }

  private func change(_ request: Request) async -> Response {
    guard let buffer = try? await request.body.collect(upTo: Self.largestBody) else {
      return Self.text(.contentTooLarge, "a change has at most \(Self.largestBody) bytes")
    }
    guard
      let body = try? JSONDecoder().decode(
        LabelAPI.ChangeBody.self, from: Data(buffer.readableBytesView)),
      Labelers.isName(body.labeler), let event = body.event(in: project)
    else { return Self.text(.badRequest, "this is no change of an answer") }
    do throws(LabelError) {
      let outcome = try await store.change(event, by: body.labeler, seen: body.seen)
      let answer = LabelAPI.ChangeAnswer(
        answer: LabelAPI.AnswerBody(outcome.answer), conflict: outcome.conflict,
        applied: outcome.isApplied)
      let refused = !outcome.isApplied && outcome.conflict != nil && body.set != nil
      return Self.json(answer, status: refused ? .conflict : .ok)
    } catch {
      return Self.text(.internalServerError, error.description)
    }
  }

  private static let html = Array(
    UnsafeBufferPointer(start: label_page_html_start, count: label_page_html_size))
  private static let css = Array(
    UnsafeBufferPointer(start: label_page_css_start, count: label_page_css_size))
  private static let scripts = [
    "/answers.js": Array(
      UnsafeBufferPointer(start: label_page_answers_js_start, count: label_page_answers_js_size)),
    "/drawing.js": Array(
      UnsafeBufferPointer(start: label_page_drawing_js_start, count: label_page_drawing_js_size)),
    "/label.js": Array(
      UnsafeBufferPointer(start: label_page_label_js_start, count: label_page_label_js_size)),
  ]

  private static func data(_ bytes: [UInt8], _ type: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  private static func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok
  ) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: LabelAPI.encode(value))))
  }

  private static func text(_ status: HTTPResponse.Status, _ sentence: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: sentence + "\n")))
  }
}
