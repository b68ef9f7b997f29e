import ControlSocket
import Glibc
import JSONDocument
import LinuxSystem
import TestSupport

/// A daemon's side of the control socket in a folder of its own, driven by hand. It answers `{"echo": REQUEST}`.
final class Daemon {
  let folder: TemporaryFolder
  let path: String
  let server: ControlServer
  var answer: (JSONValue) -> JSONValue = { ["echo": $0] }
  /// Whether a request is answered later, and by when.
  var later: (JSONValue) -> Duration? = { _ in nil }
  private(set) var requests: [JSONValue] = []

  init(group: String? = nil) throws {
    folder = TemporaryFolder()
    path = folder.file("control.sock")
    server = try ControlServer(path: path, group: group)
  }

  deinit { server.close() }

  /// Waits for something to happen on the socket, at most that long, and serves it.
  func serve(
    now: Int64 = SystemClock.monotonicNanoseconds, milliseconds: Int32 = 20, hasNews: Bool = false
  ) throws {
    var poll = Poll()
    server.addDescriptors(to: &poll, now: now)
    try poll.wait(milliseconds: milliseconds)
    server.service(poll, now: now, hasNews: hasNews) { request, mayWait in
      requests.append(request)
      if mayWait, let span = later(request) { return .later(span) }
      return .now(answer(request))
    }
  }

  /// Serves until the condition is true; false when that takes too long.
  /// - Parameter now: the clock, which then stands still; nil for the real one.
  func serve(now: Int64? = nil, until condition: () -> Bool) throws -> Bool {
    let deadline = Deadline()
    while !condition() {
      guard !deadline.isOver else { return false }
      try serve(now: now ?? SystemClock.monotonicNanoseconds)
    }
    return true
  }
}

/// A raw client that never waits.
final class Client {
  private let descriptor: Descriptor
  private(set) var received: [UInt8] = []
  private(set) var isOver = false

  init(_ path: String) throws {
    descriptor = try Sockets.connect(unix: path)
    try descriptor.setNonBlocking()
  }

  /// Sends what goes; returns how much went.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBytes { Glibc.send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  @discardableResult
  func send(_ text: String) -> Int { send(Array(text.utf8)) }

  /// Says that nothing more will be sent.
  func finish() { shutdown(descriptor.number, Int32(SHUT_WR)) }

  /// Takes what is there.
  func receive() {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    defer { chunk.deallocate() }
    while !isOver {
      switch try? descriptor.read(into: chunk) {
      case .bytes(let count): received.append(contentsOf: chunk[..<count])
      case .wouldBlock: return
      case .end, nil: isOver = true
      }
    }
  }

  /// Complete lines so far.
  var lines: [String] {
    receive()
    return String(decoding: received, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
  }

  /// Whether what came so far ends with a whole line; cheap, however much it is.
  var endsWithLine: Bool {
    receive()
    return received.last == UInt8(ascii: "\n")
  }

  var isClosed: Bool {
    receive()
    return isOver
  }
}
