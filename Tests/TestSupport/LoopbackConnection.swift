import Glibc
public import LinuxSystem

/// A TCP connection to this machine that speaks just enough HTTP to see what a server really sends.
public final class LoopbackConnection: Sendable {
  /// What a server answered.
  public struct Answer: Sendable {
    /// The status.
    public let status: Int
    /// The headers, names in small letters.
    public let headers: [String: String]
    /// The body.
    public let body: String
  }

  private let socket: Descriptor

  /// Connects to a port of 127.0.0.1; reads give up after 10 s.
  public init(port: UInt16) throws(SystemError) {
    socket = Descriptor(
      owning: try system("socket") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) })
    var wait = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let number = socket.number
    try withUnsafeBytes(of: address) { buffer throws(SystemError) in
      let pointer = buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      try system("connect", "127.0.0.1:\(port)") {
        connect(number, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// Sends a request and waits for the answer.
  /// - Parameters:
  ///   - target: path and query, as they go over the wire.
  ///   - headers: beside `Host` and `Content-Length`.
  /// - Throws: ECONNRESET when the server resets, EPIPE when it closes without an answer.
  public func request(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: String = ""
  ) throws(SystemError) -> Answer {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if !body.isEmpty { head += "Content-Length: \(body.utf8.count)\r\n" }
    try socket.writeAll(Array((head + "\r\n" + body).utf8))
    return try receive()
  }

  private func receive() throws(SystemError) -> Answer {
    var received: [UInt8] = []
    let end = Array("\r\n\r\n".utf8)
    var headLength: Int?
    while headLength == nil {
      try receiveMore(&received)
      headLength = received.indices.first { received[$0...].starts(with: end) }
    }
    let head = String(decoding: received[..<(headLength ?? 0)], as: UTF8.self)
    var lines = head.split(separator: "\r\n").map(String.init)[...]
    let status = lines.popFirst()?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    var headers: [String: String] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    let start = (headLength ?? 0) + end.count
    while received.count < start + length { try receiveMore(&received) }
    return Answer(
      status: status, headers: headers,
      body: String(decoding: received[start..<start + length], as: UTF8.self)
    )
  }

  private func receiveMore(_ received: inout [UInt8]) throws(SystemError) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    defer { chunk.deallocate() }
    switch try socket.read(into: chunk) {
    case .bytes(let count): received += chunk[..<count]
    case .wouldBlock: throw SystemError("read", number: ETIMEDOUT)
    case .end: throw SystemError("read", number: EPIPE)
    }
  }
}
