import CCurl

/// A web address in its parts, split by libcurl itself, so that what is checked is what is connected to.
struct WebAddress {
  let scheme: String
  /// Lower-case; IPv6 without brackets.
  let host: String
  let port: String
  let hasUser: Bool
  let hasQuery: Bool

  /// nil for what libcurl cannot connect to.
  init?(_ text: String, guessingScheme: Bool = false) {
    guard let parts = curl_url() else { return nil }
    defer { curl_url_cleanup(parts) }
    let flags: UInt32 = guessingScheme ? WebAddress.guessScheme | WebAddress.anyScheme : 0
    guard curl_url_set(parts, CURLUPART_URL, text, flags) == CURLUE_OK,
      let scheme = WebAddress.part(CURLUPART_SCHEME, of: parts),
      let host = WebAddress.part(CURLUPART_HOST, of: parts)
    else { return nil }
    self.scheme = scheme.lowercased()
    self.host = host.lowercased().filter { $0 != "[" && $0 != "]" }
    port = WebAddress.part(CURLUPART_PORT, of: parts, WebAddress.defaultPort) ?? ""
    hasUser = WebAddress.part(CURLUPART_USER, of: parts) != nil
    hasQuery =
      WebAddress.part(CURLUPART_QUERY, of: parts) != nil
      || WebAddress.part(CURLUPART_FRAGMENT, of: parts) != nil
  }

  /// Unencrypted, to this machine. libcurl resolves `localhost` to loopback whatever the name service says.
  var isPlainLoopback: Bool { scheme == "http" && isLoopback }

  private var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Whether both lead to the same server.
  func isSameOrigin(as other: WebAddress) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  // CURLU_DEFAULT_PORT, CURLU_NON_SUPPORT_SCHEME, CURLU_GUESS_SCHEME: macros with shifts that do not import.
  private static let defaultPort: UInt32 = 1 << 0
  private static let anyScheme: UInt32 = 1 << 3
  private static let guessScheme: UInt32 = 1 << 9

  private static func part(_ part: CURLUPart, of parts: OpaquePointer, _ flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parts, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
