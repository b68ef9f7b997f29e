/// Where a reader is reached.
public enum PortAddress: Hashable, Sendable, CustomStringConvertible {
  /// A serial port or pty by its path, e.g. `/dev/ttyUSB0` or `/dev/serial/by-id/…`.
  case device(path: String)
  /// The reader's network port.
  case tcp(host: String, port: UInt16)

  /// The reader's network port when none is named (reader protocol, documented).
  public static let defaultTCPPort: UInt16 = 10_002

  /// As it stands in the configuration: an absolute path, or `tcp://HOST[:PORT]`, an IPv6 host in brackets.
  /// nil for anything else.
  public init?(_ text: String) {
    if text.hasPrefix("/") && text.utf8.count > 1 {
      self = .device(path: text)
      return
    }
    guard text.hasPrefix("tcp://") else { return nil }
    let rest = text.dropFirst(6)
    let host: Substring
    var after: Substring
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = rest[rest.index(after: rest.startIndex)..<end]
      after = rest[rest.index(after: end)...]
    } else {
      let colon = rest.firstIndex(of: ":") ?? rest.endIndex
      host = rest[..<colon]
      after = rest[colon...]
    }
    guard !host.isEmpty, !host.contains(where: { $0 == "/" || $0 == "@" || $0.isWhitespace }) else {
      return nil
    }
    if after.isEmpty {
      self = .tcp(host: String(host), port: PortAddress.defaultTCPPort)
      return
    }
    guard after.removeFirst() == ":", let port = UInt16(after), port > 0 else { return nil }
    self = .tcp(host: String(host), port: port)
  }

  /// As it stands in the configuration.
  public var description: String {
    switch self {
    case .device(let path): path
    case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    }
  }
}
