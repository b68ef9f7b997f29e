import Glibc
import LinuxSystem
import RehearsalTool
import TestSupport
import Testing

@Suite("The control channel", .timeLimit(.minutes(20)))
struct ControlChannelTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("control.sock") }

  init() { signal(SIGPIPE, SIG_IGN) }

  /// Serves on this thread what `client` asks for on another.
  private func serve(
    _ handler: (String) -> String, to client: @escaping @Sendable (String) -> Void
  ) throws {
    let channel = try ControlChannel(path: path)
    let over = try WakeUp()
    let thread = try WorkerThread(name: "client") { [path] in
      client(path)
      over.call()
    }
    var poll = Poll()
    while true {
      poll.removeAll()
      let place = poll.add(over.descriptor, .read)
      channel.register(in: &poll)
      try poll.wait(milliseconds: 10_000)
      channel.serve(after: poll, handler)
      if poll.readiness(at: place).contains(.read) { break }
    }
    thread.join()
  }

  @Test("carries a command there and its lines back")
  func roundTrip() throws {
    let answers = try Mailbox<String>(limit: 4096)
    try serve(
      { "you said\n\n\($0)" },
      to: { path in
        answers.post((try? ControlClient.tell("fail 503 until ok", at: path)) ?? "")
      })
    #expect(answers.takeAll() == ["you said\nfail 503 until ok"])
  }

  @Test("carries long answers whole and empty ones too")
  func sizes() throws {
    let long = String(repeating: "x", count: 1_000_000)
    let answers = try Mailbox<String>(limit: 4096)
    try serve(
      { $0 == "long" ? long : "" },
      to: { path in
        answers.post((try? ControlClient.tell("long", at: path)) ?? "")
        answers.post((try? ControlClient.tell("empty", at: path)) ?? "failed")
      })
    #expect(answers.takeAll() == [long, ""])
  }

  @Test("takes several commands in one piece, and one in several pieces")
  func pieces() throws {
    let answers = try Mailbox<String>(limit: 4096)
    try serve(
      { "<\($0)>" },
      to: { path in
        guard let connection = try? Sockets.connect(unix: path) else { return }
        for piece in ["a\r\nb", "b", "\nc\n"] { _ = try? connection.writeAll(Array(piece.utf8)) }
        shutdown(connection.number, Int32(SHUT_WR))
        answers.post(ControlChannelTests.readAll(connection))
      })
    #expect(answers.takeAll() == ["<a>\n\n<bb>\n\n<c>\n\n"])
  }

  @Test("hangs up on a command without end")
  func endless() throws {
    let answers = try Mailbox<String>(limit: 4096)
    try serve(
      { $0 },
      to: { path in
        guard let connection = try? Sockets.connect(unix: path) else { return }
        _ = try? connection.writeAll([UInt8](repeating: 65, count: ControlChannel.longestCommand + 1))
        answers.post(ControlChannelTests.readAll(connection))
      })
    #expect(answers.takeAll() == [""])
  }

  @Test("is one of a path, and leaves nothing behind")
  func alone() throws {
    do {
      let channel = try ControlChannel(path: path)
      #expect(throws: SystemError("bind", path, number: EADDRINUSE)) { try ControlChannel(path: path) }
      withExtendedLifetime(channel) {}
    }
    #expect(!Files.exists(path))
    #expect(throws: SystemError.self) { try ControlClient.tell("x", at: path) }
  }

  private static func readAll(_ connection: borrowing Descriptor) -> String {
    var received: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    defer { chunk.deallocate() }
    while case .bytes(let count) = try? connection.read(into: chunk) { received += chunk[..<count] }
    return String(decoding: received, as: UTF8.self)
  }
}
