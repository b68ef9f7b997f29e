import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol
import ReaderLine
import TestSupport
import Testing

@Suite struct NetworkTests {
  private let listener: Int32
  private let port: UInt16
  private let owner: Owner

  /// Keeps the listening socket.
  private final class Owner: Sendable {
    let socket: Descriptor
    init() throws { socket = try Sockets.listen(loopbackPort: 0) }
  }

  init() throws {
    owner = try Owner()
    listener = owner.socket.number
    port = try Sockets.port(of: owner.socket)
  }

  private var address: PortAddress { .tcp(host: "127.0.0.1", port: port) }

  /// The other end of the line's connection.
  private func accept() throws -> Descriptor {
    #expect(try Poll.wait(for: listener, .read, milliseconds: 10_000).contains(.read))
    guard let connection = try Sockets.accept(owner.socket) else {
      throw SystemError("accept", number: EAGAIN)
    }
    return connection
  }

  private func open(_ line: TestedLine) throws -> Descriptor {
    line.worker.request(.open(opening: 1, options(address)))
    #expect(try line.next() == .opened(opening: 1, device: "tcp://127.0.0.1:\(port)"))
    return try accept()
  }

  @Test func `the greeting that comes on connect is heard`() throws {
    let line = try TestedLine()
    let reader = try open(line)
    try reader.writeAll(Array("HELLO One4All\r\n".utf8))
    #expect(try line.frames(1) == [.hello(Hello(text: "HELLO One4All"))])
  }

  @Test func `a command reaches the reader`() throws {
    let line = try TestedLine()
    let reader = try open(line)
    line.worker.request(.write(opening: 1, Array("PING\r\n".utf8)))
    #expect(try text(from: reader.number, 6) == "PING\r\n")
  }

  @Test func `a dead peer is looked for, and bytes go out at once`() throws {
    let line = try TestedLine()
    let reader = try open(line)
    let own = try #require(try ownSocket(on: portNumber(reader.number, getpeername)))
    #expect(option(SOL_SOCKET, SO_KEEPALIVE, of: own) == 1)
    let tcp = Int32(IPPROTO_TCP)
    #expect(option(tcp, TCP_KEEPIDLE, of: own) == 10)
    #expect(option(tcp, TCP_KEEPINTVL, of: own) == 5)
    #expect(option(tcp, TCP_KEEPCNT, of: own) == 3)
    #expect(option(tcp, TCP_USER_TIMEOUT, of: own) == 20_000)
    #expect(option(tcp, TCP_NODELAY, of: own) == 1)
    line.worker.stop()
  }

  /// The line's own socket: this process has it open too.
  private func ownSocket(on ownPort: UInt16) throws -> Int32? {
    try Files.list("/proc/self/fd").compactMap { Int32($0) }.first { number in
      ownPort == portNumber(number, getsockname) && port == portNumber(number, getpeername)
    }
  }

  private func option(_ level: Int32, _ name: Int32, of socket: Int32) -> Int32 {
    var value: Int32 = -1
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, level, name, &value, &size)
    return value
  }

  @Test func `a connection that the reader closes is lost after its last words`() throws {
    let line = try TestedLine()
    let reader = try open(line)
    try reader.writeAll(Array("\(passing(1))\r\n".utf8))
    _ = consume reader
    #expect(try line.frames(1) == [frame(1)])
    #expect(try line.next() == .failed(opening: 1, .lost(reason: "closed by the other end")))
  }

  @Test func `a connection that is reset is lost`() throws {
    let line = try TestedLine()
    let reader = try open(line)
    var atOnce = linger(l_onoff: 1, l_linger: 0)
    setsockopt(reader.number, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
    _ = consume reader
    #expect(try line.next() == .failed(opening: 1, .lost(reason: "read: Connection reset by peer")))
  }

  @Test func `a port that nobody serves is unreachable`() throws {
    let free: UInt16
    do {
      let socket = try Sockets.listen(loopbackPort: 0)
      free = try Sockets.port(of: socket)
    }
    let line = try TestedLine()
    line.worker.request(.open(opening: 1, options(.tcp(host: "127.0.0.1", port: free))))
    #expect(
      try line.next()
        == .failed(
          opening: 1, .unreachable(address: "tcp://127.0.0.1:\(free)", reason: "Connection refused")))
  }

  @Test func `a host that does not answer is unreachable once the limit is over`() throws {
    let full = try FullListener(listener, port)
    let line = try TestedLine()
    let begin = SystemClock.monotonicNanoseconds
    line.worker.request(.open(opening: 1, options(address, connectTimeout: .milliseconds(300))))
    #expect(
      try line.next()
        == .failed(opening: 1, .unreachable(address: "\(address)", reason: "Connection timed out")))
    #expect(SystemClock.monotonicNanoseconds - begin >= 300_000_000)
    _ = full
  }

  @Test func `a worker stops while it connects`() throws {
    let full = try FullListener(listener, port)
    let line = try TestedLine()
    line.worker.request(.open(opening: 1, options(address)))
    #expect(eventually { full.waiting == full.waitingBefore + 1 })
    let deadline = Deadline(seconds: 4)
    line.worker.stop()
    #expect(!deadline.isOver)
    #expect(line.rest() == [])
  }

  @Test func `a worker that is to open and to stop at once stops`() throws {
    let full = try FullListener(listener, port)
    for _ in 0..<20 {
      let line = try TestedLine()
      let deadline = Deadline(seconds: 4)
      line.worker.request(.open(opening: 1, options(address)))
      line.worker.stop()
      try #require(!deadline.isOver)
      #expect(line.rest() == [])
    }
    _ = full
  }

  @Test func `connecting is given up for a newer opening, without a word`() throws {
    let full = try FullListener(listener, port)
    let pty = try TestedPty()
    let line = try TestedLine()
    line.worker.request(.open(opening: 1, options(address)))
    #expect(eventually { full.waiting == full.waitingBefore + 1 })
    line.worker.request(.open(opening: 2, options(.device(path: pty.path))))
    #expect(try line.next() == .opened(opening: 2, device: pty.path))
  }

  @Test func `a stale request does not end connecting`() throws {
    let full = try FullListener(listener, port)
    let line = try TestedLine()
    line.worker.request(.open(opening: 7, options(address, connectTimeout: .milliseconds(300))))
    line.worker.request(.close(opening: 6))
    line.worker.request(.open(opening: 6, options(address)))
    #expect(
      try line.next()
        == .failed(opening: 7, .unreachable(address: "\(address)", reason: "Connection timed out")))
    _ = full
  }
}

/// The TCP port of one end of a socket; 0 when it is no connected TCP socket.
private func portNumber(
  _ socket: Int32, _ call: (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32
) -> UInt16 {
  var address = sockaddr_in()
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let result = withUnsafeMutableBytes(of: &address) { bytes in
    call(socket, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
  }
  return result == 0 && address.sin_family == sa_family_t(AF_INET) ? UInt16(bigEndian: address.sin_port) : 0
}

/// A listening socket whose queue is full: a further connection is neither taken nor refused.
private final class FullListener {
  private let port: UInt16
  private var fillers: [Int32] = []
  private(set) var waitingBefore = 0

  init(_ listener: Int32, _ port: UInt16) throws {
    self.port = port
    try system("listen") { listen(listener, 0) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    for _ in 0..<3 {
      let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
      let number = try system("socket") { socket(AF_INET, Int32(kind), 0) }
      fillers.append(number)
      withUnsafeBytes(of: address) { bytes in
        let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
        _ = connect(number, pointer, socklen_t(bytes.count))
      }
    }
    #expect(eventually { self.waiting == 2 })
    waitingBefore = waiting
  }

  deinit { for filler in fillers { close(filler) } }

  /// How many connections wait for an answer, by what the kernel shows (state 02 is SYN_SENT).
  var waiting: Int {
    let target = "0100007F:" + String(UInt32(port) | 0x1_0000, radix: 16, uppercase: true).dropFirst()
    let lines = (try? Files.read("/proc/net/tcp")) ?? []
    return String(decoding: lines, as: UTF8.self).split(separator: "\n").count { line in
      let fields = line.split(separator: " ")
      return fields.count > 3 && fields[2] == target && fields[3] == "02"
    }
  }
}
