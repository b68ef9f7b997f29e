import AgentCore
import Glibc
import LinuxSystem
import ReaderLine
import TestSupport
import Testing

@Suite struct DeviceOpeningTests {
  private let folder = TemporaryFolder()

  /// Why that path cannot be opened.
  private func failure(of path: String) throws -> LineFailure? {
    let line = try TestedLine()
    line.worker.request(.open(opening: 1, options(.device(path: path))))
    guard case .failed(opening: 1, let failure) = try line.next() else { return nil }
    return failure
  }

  @Test func `a missing port is absent, and what is there instead is named`() throws {
    let path = folder.file("ttyUSB0")
    #expect(
      try failure(of: path) == .absent(path: path, present: SerialPorts.list().map(\.bestName).sorted()))
  }

  @Test func `a link to a port that is gone is absent`() throws {
    let path = folder.file("by-id")
    try system("symlink") { symlink(folder.file("ttyUSB0"), path) }
    guard case .absent(path, _) = try failure(of: path) else {
      Issue.record("not absent")
      return
    }
  }

  @Test func `a path below a file is absent`() throws {
    let path = folder.write("file", "") + "/ttyUSB0"
    guard case .absent(path, _) = try failure(of: path) else {
      Issue.record("not absent")
      return
    }
  }

  @Test func `an ordinary file is no terminal`() throws {
    let path = folder.write("file", "")
    #expect(try failure(of: path) == .notATerminal(path: path))
  }

  @Test func `a folder is no terminal`() throws {
    #expect(try failure(of: folder.path) == .notATerminal(path: folder.path))
  }

  @Test func `a device that is no terminal is none`() throws {
    #expect(try failure(of: "/dev/null") == .notATerminal(path: "/dev/null"))
  }

  @Test func `a port that another process has locked is busy, and that process is named`() throws {
    let pty = try TestedPty()
    let sign = folder.file("locked")
    let other = try OtherProcess("exec flock -F \(pty.path) sh -c 'touch \(sign); exec sleep 600'")
    #expect(eventually { Files.exists(sign) })
    #expect(
      eventually { (try? Files.read("/proc/\(other.processID)/comm")) == Array("sleep\n".utf8) })
    let holder = PortHolder(processID: other.processID, name: "sleep")
    #expect(try failure(of: pty.path) == .busy(path: pty.path, holder: holder))
  }

  @Test func `a port that this process has open is busy`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    guard case .busy(pty.path, let holder) = try failure(of: pty.path) else {
      Issue.record("not busy")
      return
    }
    #expect(holder?.processID == getpid())
    line.worker.stop()
  }

  @Test func `a pty that another process merely has open can be opened`() throws {
    let pty = try TestedPty()
    let other = try OtherProcess("exec sleep 600 <\(pty.path)")
    #expect(eventually { PortHolders.of(pty.path).map(\.processID) == [other.processID] })
    _ = try TestedLine(on: pty)
  }

  @Test func `a closed port can be opened again at once`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    for opening in UInt64(2)...4 {
      line.worker.request(.close(opening: opening - 1))
      line.worker.request(.open(opening: opening, options(.device(path: pty.path))))
      #expect(try line.next() == .opened(opening: opening, device: pty.path))
    }
  }

  @Test func `a newer opening takes the place of an open line`() throws {
    let (first, second) = (try TestedPty(), try TestedPty())
    let line = try TestedLine(on: first)
    line.worker.request(.open(opening: 2, options(.device(path: second.path))))
    #expect(try line.next() == .opened(opening: 2, device: second.path))
    try second.say("PING;PONG\r\n")
    #expect(try line.frames(1) == [pong])
    #expect(eventually { (try? ReaderDialogue(options(.device(path: first.path))).device) == first.path })
  }

  @Test func `an older opening is ignored`() throws {
    let (first, second) = (try TestedPty(), try TestedPty())
    let line = try TestedLine()
    line.worker.request(.open(opening: 5, options(.device(path: first.path))))
    line.worker.request(.open(opening: 4, options(.device(path: second.path))))
    line.worker.request(.close(opening: 4))
    #expect(try line.next() == .opened(opening: 5, device: first.path))
    try first.say("PING;PONG\r\n")
    #expect(try line.frames(1) == [pong])
  }

  @Test func `a link is followed afresh at each opening`() throws {
    let (before, after) = (try TestedPty(), try TestedPty())
    let link = folder.file("by-id")
    try system("symlink") { symlink(before.path, link) }
    let line = try TestedLine()
    line.worker.request(.open(opening: 1, options(.device(path: link))))
    #expect(try line.next() == .opened(opening: 1, device: before.path))
    before.close()
    #expect(
      try line.next() == .failed(opening: 1, .lost(reason: "the other end of the pty was closed")))
    unlink(link)
    try system("symlink") { symlink(after.path, link) }
    line.worker.request(.open(opening: 2, options(.device(path: link))))
    #expect(try line.next() == .opened(opening: 2, device: after.path))
  }

  @Test func `a port that could not be had is let go of`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    for _ in 0..<3 { _ = try failure(of: pty.path) }
    #expect(try descriptors(of: pty.path) == 1)
    line.worker.stop()
    #expect(try descriptors(of: pty.path) == 0)
  }

  /// How often this process has that path open.
  private func descriptors(of path: String) throws -> Int {
    try Files.list("/proc/self/fd").count { (try? Files.resolve("/proc/self/fd/\($0)")) == path }
  }

  @Test func `bytes pass as they are`() throws {
    let pty = try TestedPty()
    try pty.change { settings in
      settings.c_cflag |= tcflag_t(CSTOPB) | tcflag_t(CRTSCTS) | tcflag_t(HUPCL)
      settings.c_iflag |= tcflag_t(IXON | IXOFF)
    }
    let line = try TestedLine(on: pty)
    let settings = try pty.settings()
    #expect(settings.c_lflag & tcflag_t(ICANON | ECHO | ISIG | IEXTEN) == 0)
    #expect(settings.c_iflag & tcflag_t(ICRNL | INLCR | IGNCR | IXON | IXOFF | ISTRIP) == 0)
    #expect(settings.c_oflag & tcflag_t(OPOST) == 0)
    #expect(settings.c_cflag & tcflag_t(CSIZE) == tcflag_t(CS8))
    #expect(settings.c_cflag & tcflag_t(PARENB | CSTOPB | HUPCL) == 0)
    #expect(settings.c_cflag & tcflag_t(CRTSCTS) == 0)
    #expect(settings.c_cflag & tcflag_t(CLOCAL | CREAD) == tcflag_t(CLOCAL | CREAD))
    line.worker.stop()
  }

  @Test func `what came before the opening is thrown away`() throws {
    let pty = try TestedPty()
    // Something must have the pty open in raw mode for the bytes to be there for certain.
    let earlier = try ReaderDialogue(options(.device(path: pty.path)))
    let witness = Descriptor(owning: try system("open") { open(pty.path, O_RDWR | O_NOCTTY | O_CLOEXEC) })
    try pty.say("\(passing(1))\r\n")
    #expect(try Poll.wait(for: witness.number, .read, milliseconds: 10_000).contains(.read))
    _ = consume earlier
    let line = try TestedLine(on: pty)
    try pty.say("PING;PONG\r\n")
    #expect(try line.frames(1) == [pong])
  }
}
