/// An address of the form `SCHEME://HOST[:PORT][/PATH]`, without user, query and fragment.
struct WebAddress {
  /// In small letters.
  let scheme: String
  /// Without the brackets of an IPv6 address.
  let host: String
  /// Starting with a slash, without one at the end; may be empty.
  let path: String
  /// The whole, without a slash at the end.
  let text: String

  init(_ text: String, schemes: [String]) throws(Refusal) {
    guard let mark = text.firstRange(of: "://") else {
      throw Refusal("is not an address; it begins with \(schemes[0])://")
    }
    let scheme = text[..<mark.lowerBound].lowercased()
    guard schemes.contains(scheme) else {
      throw Refusal("is not an address of this sort; it begins with \(schemes[0])://")
    }
    guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw Refusal("has a blank or a letter in it that addresses do not have")
    }
    guard !text.contains("?"), !text.contains("#") else { throw Refusal("must have no '?' and no '#'") }
    let rest = text[mark.upperBound...]
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let authority = rest[..<slash]
    guard !authority.contains("@") else { throw Refusal("must hold no user name and no password") }
    guard let host = WebAddress.host(in: authority) else {
      throw Refusal("has no valid host or port; write \(scheme)://HOST[:PORT]")
    }
    var path = rest[slash...]
    while path.hasSuffix("/") { path.removeLast() }
    self.scheme = scheme
    self.host = host
    self.path = String(path)
    self.text = "\(scheme)://\(authority)\(path)"
  }

  /// Whether the host is this machine: 127.0.0.0/8, ::1 or localhost.
  var isLoopback: Bool {
    if host.lowercased() == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { $0.count <= 3 && $0.allSatisfy(\.isNumber) && UInt8($0) != nil }
  }

  private static func host(in authority: Substring) -> String? {
    let host: Substring
    let after: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<end]
      after = authority[authority.index(after: end)...]
      guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
        return nil
      }
    } else {
      let colon = authority.firstIndex(of: ":") ?? authority.endIndex
      host = authority[..<colon]
      after = authority[colon...]
      guard !host.isEmpty, host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else {
        return nil
      }
    }
    guard after.isEmpty || (after.hasPrefix(":") && (UInt16(after.dropFirst()) ?? 0) > 0) else { return nil }
    return String(host)
  }
}
