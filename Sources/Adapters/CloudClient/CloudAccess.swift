public import AgentCore

/// How the cloud is reached: where it is, who we are, and how long we wait.
public struct CloudAccess: Equatable, Sendable {
  /// Base address, without a slash at the end: https, or http to loopback.
  public let url: String
  /// Name of the header that carries the key.
  public let authHeader: String
  /// The key. It goes into that header and nowhere else.
  public let key: Secret
  /// PEM file of the only certificate authorities to trust; nil trusts the system's.
  public let caFile: String?
  /// Proxy address (http, https, socks4, socks4a, socks5, socks5h); nil for none.
  public let proxy: String?
  /// Limit for connecting, TLS included; from 1 ms.
  public let connectTimeout: Duration
  /// Limit for a whole request, connecting included; from 1 ms.
  public let requestTimeout: Duration
  /// What the User-Agent header says.
  public let userAgent: String

  /// Access to a cloud. The environment's proxy variables are not looked at: what counts is what is set here.
  public init(
    url: String, authHeader: String, key: Secret, caFile: String? = nil, proxy: String? = nil,
    connectTimeout: Duration = .seconds(10), requestTimeout: Duration = .seconds(30), userAgent: String
  ) {
    self.url = url
    self.authHeader = authHeader
    self.key = key
    self.caFile = caFile
    self.proxy = proxy
    self.connectTimeout = connectTimeout
    self.requestTimeout = requestTimeout
    self.userAgent = userAgent
  }
}

extension CloudAccess {
  /// Why no request can go out with these settings; nil when one can.
  var fault: CloudFailure? {
    guard let base = WebAddress(url) else {
      return .misconfigured(detail: "the cloud's address is no web address")
    }
    guard !base.hasUser, !base.hasQuery else {
      return .misconfigured(detail: "the cloud's address must be https://HOST[:PORT][/PATH] and no more")
    }
    guard base.scheme == "https" || base.isPlainLoopback else {
      return .misconfigured(
        detail: "\(base.scheme):// to \(base.host) would show the key on the way; only https is allowed")
    }
    guard !authHeader.isEmpty, authHeader.utf8.allSatisfy(CloudAccess.isTokenCharacter) else {
      return .misconfigured(detail: "the key's header has no valid name")
    }
    let key = key.revealed().utf8
    guard !key.isEmpty else { return .misconfigured(detail: "the key is empty") }
    guard key.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      return .misconfigured(detail: "the key holds a character that no header can carry")
    }
    guard userAgent.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) else {
      return .misconfigured(detail: "the user agent holds a character that no header can carry")
    }
    if let proxy {
      let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
      guard let address = WebAddress(proxy, guessingScheme: true), schemes.contains(address.scheme) else {
        return .misconfigured(detail: "the proxy has no valid address")
      }
    }
    return nil
  }

  // The characters of a field name (RFC 9110, 5.6.2).
  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
