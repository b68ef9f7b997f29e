import Rehearsal

/// What happens on the line, for a person: `>` from the host, `<` to it.
struct ReaderLog {
  private let sink: @Sendable (String) -> Void

  init(_ sink: @escaping @Sendable (String) -> Void) { self.sink = sink }

  func note(_ line: String) { sink(line) }

  func write(_ event: EndpointEvent) {
    switch event {
    case .connected(let connection): sink("host \(connection) has connected")
    case .received(let connection, let bytes): sink("\(connection) > \(ReaderLog.readable(bytes))")
    case .disconnected(let connection): sink("host \(connection) has gone")
    }
  }

  func write(_ transmission: ReaderTransmission) {
    sink("\(transmission.connection) < \(ReaderLog.readable(transmission.bytes))")
  }

  private static func readable(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      switch byte {
      case 32..<127: return String(UnicodeScalar(byte))
      case 13: return "\\r"
      case 10: return "\\n"
      default:
        let digits = String(byte, radix: 16)
        return "\\x\(digits.count == 1 ? "0" : "")\(digits)"
      }
    }.joined()
  }
}
