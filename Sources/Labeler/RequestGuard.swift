internal import HTTPTypes
internal import Hummingbird

/// Who may ask: only pages that this run of the program handed out, on this machine's own address.
struct RequestGuard: Sendable {
  /// The secret of this run; the address that the terminal shows has it.
  let token: String
  /// Names by which the server may be called, without port, in lower case.
  let hosts: Set<String>
  /// Whether addresses in digits are accepted too: where the server listens on more than loopback.
  let acceptsAddresses: Bool

  /// Why a request is refused, or nil.
  enum Refusal: Sendable {
    /// A page elsewhere gave its own name our address, or a program sends what it likes.
    case host
    /// A page of another site asks.
    case origin
    /// The token is missing or of another run.
    case token
  }

  /// Checks a request; the token is a header of its own, which no form of another site can send,
  /// or for pictures part of the address.
  func check(_ request: Request, needsHeader: Bool) -> Refusal? {
    guard let authority = request.head.authority, isOwn(authority) else { return .host }
    if let origin = request.headers[.origin], origin != "http://\(authority)" { return .origin }
    // Where the browser says which site a request comes from, it must be this one.
    if let site = request.headers[.secFetchSite], !["same-origin", "none"].contains(site),
      needsHeader
    {
      return .origin
    }
    let given =
      needsHeader
      ? request.headers[.labelToken] : request.uri.queryParameters["token"].map(String.init)
    return isToken(given) ? nil : .token
  }

  private func isToken(_ given: String?) -> Bool {
    let (a, b) = (Array((given ?? "").utf8), Array(token.utf8))
    // Takes as long whatever is given, so that its time tells nothing.
    var difference = a.count ^ b.count
    for i in b.indices { difference |= Int(b[i] ^ (i < a.count ? a[i] : 0)) }
    return difference == 0
  }

  private func isOwn(_ authority: String) -> Bool {
    var name = authority.lowercased()
    if let colon = name.lastIndex(of: ":"), name[name.index(after: colon)...].allSatisfy(\.isNumber)
    {
      name = String(name[..<colon])
    }
    if hosts.contains(name) { return true }
    guard acceptsAddresses else { return false }
    return name.hasPrefix("[")
      || name.split(separator: ".", omittingEmptySubsequences: false).count == 4
        && name.split(separator: ".").allSatisfy { UInt8($0) != nil }
  }
}

extension HTTPField.Name {
  static let labelToken = Self("X-Unetlens-Token")!
  static let secFetchSite = Self("Sec-Fetch-Site")!
  static let frameOptions = Self("X-Frame-Options")!
  static let referrerPolicy = Self("Referrer-Policy")!
}
