/// Finds links in a rendered page that lead nowhere inside the site.
///
/// Addresses of other hosts are not looked at: a build must not need a network.
struct LinkChecker {
  let files: Set<String>
  /// Where an address was written by an author.
  let origins: [String: SourceLocation]

  /// What is wrong with the links of the page `html`, which lies at the site's top as `name`.
  func problems(in html: String, name: String) -> Set<PageProblem> {
    var state = HTMLAddresses()
    state.read(html)
    var problems: Set<PageProblem> = []
    for (address, line) in state.addresses {
      guard let fault = fault(of: address, ids: state.ids) else { continue }
      let place = origins[address] ?? SourceLocation(name, line: line)
      problems.insert(PageProblem(place, fault))
    }
    for (id, line) in state.repeatedIDs {
      problems.insert(
        PageProblem(SourceLocation(name, line: line), "the id \"\(id)\" is used twice"))
    }
    return problems
  }

  /// What is wrong with the addresses in a style sheet of the site.
  func problems(inStyleSheet css: String, path: String, file: String) -> Set<PageProblem> {
    var problems: Set<PageProblem> = []
    let folder = path.contains("/") ? String(path.prefix { $0 != "/" }) + "/" : ""
    for (index, line) in css.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var rest = line
      while let start = rest.firstRange(of: "url("),
        let end = rest[start.upperBound...].firstIndex(of: ")")
      {
        let address = rest[start.upperBound..<end].filter { !"\"' ".contains($0) }
        let place = SourceLocation(file, line: index + 1)
        if Self.isElsewhere(address), !address.hasPrefix("data:") {
          problems.insert(PageProblem(place, "asks another host for \(address)"))
        } else if !Self.isElsewhere(address), !address.hasPrefix("#"),
          !files.contains(folder + address)
        {
          problems.insert(PageProblem(place, "dead link: the page has no file \(address)"))
        }
        rest = rest[end...]
      }
    }
    return problems
  }

  private func fault(of address: String, ids: Set<String>) -> String? {
    if address.isEmpty { return "an empty link" }
    if Self.isElsewhere(address) { return nil }
    if address.hasPrefix("/") {
      return "the link \(address) starts with / and breaks wherever the page is not at a host's top"
    }
    let parts = address.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].split(separator: "?").first.map(String.init) ?? ""
    let decoded = Self.decoded(path)
    if !decoded.isEmpty, decoded != "./", !files.contains(decoded) {
      return "dead link: the page has no file \(decoded)"
    }
    if parts.count == 2, decoded.isEmpty || decoded == "index.html",
      !parts[1].isEmpty, !ids.contains(Self.decoded(String(parts[1])))
    {
      return "dead link: the page has no place #\(parts[1])"
    }
    return nil
  }

  private static func isElsewhere(_ address: String) -> Bool {
    if address.hasPrefix("//") { return true }
    let scheme = address.prefix { $0 != ":" && $0 != "/" && $0 != "#" && $0 != "?" }
    return scheme.endIndex < address.endIndex && address[scheme.endIndex] == ":"
  }

  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
