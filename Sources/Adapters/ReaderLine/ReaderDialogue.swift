public import AgentCore
import Glibc
import LinuxSystem
public import One4AllProtocol

/// A conversation with a reader without the daemon: one command, one reply, each with a deadline.
public struct ReaderDialogue: ~Copyable {
  /// Why there is no reply.
  public enum Failure: Error, Equatable, Sendable {
    /// Nothing was heard in time.
    case silent
    /// Something was heard, but nothing valid; the first bytes of it.
    case foreign([UInt8])
    /// A reader speaks, but did not answer.
    case unanswered(Command)
    /// A reader speaks, and answered what cannot be read.
    case unreadable(Command, MalformedFrame)
    /// The line was lost.
    case lost(reason: String)
  }

  private let line: OpenedLine
  private var framer = Framer()
  private var waiting: [Frame] = []
  private var sample: [UInt8] = []
  private var hasHeardReader = false
  /// What came in place of the reply.
  private var unreadable: MalformedFrame?
  /// Longest time that a reply may take in all while it comes.
  private static let replyLimit = Duration.seconds(300)

  /// What the address resolved to.
  public var device: String { line.device }

  /// Opens a line as the daemon does.
  public init(_ options: LineOptions) throws(LineFailure) {
    let opened: OpenedLine
    switch options.address {
    case .device(let path): opened = try OpenedLine.open(device: path, options)
    case .tcp(let host, let port):
      opened = try OpenedLine.open(
        host: host, port: port, options,
        lookup: { () throws(SystemError) in try HostLookup(host, port, HostLookup.system) },
        waiting: { descriptor, readiness, milliseconds in
          _ = try? Poll.wait(for: descriptor, readiness, milliseconds: milliseconds)
          return false
        })
    }
    if opened.kind == .serial {
      var poll = Poll()
      _ = try? poll.wait(milliseconds: Int32(clamping: options.settleDelay.wholeMilliseconds))
    }
    opened.flushInput()
    line = opened
  }

  /// Sends a command and waits for its reply; other frames are passed over. For commands that are answered by a
  /// list of passings there is no reply to wait for.
  public mutating func ask(_ command: Command, timeout: Duration) throws(Failure) -> Reply {
    let begin = SystemClock.monotonicNanoseconds
    var end = begin + timeout.wholeNanoseconds
    unreadable = nil
    var heardBytes = framer.counters.bytes
    try send(command.encoded(), before: end)
    while true {
      while !waiting.isEmpty {
        switch waiting.removeFirst() {
        case .reply(let reply):
          hasHeardReader = true
          if reply.name == command.replyName { return reply }
        case .hello, .passing: hasHeardReader = true
        case .malformed(let frame): if frame.holdsReply(to: command.replyName) { unreadable = frame }
        case .endOfList: break
        }
      }
      // A long one has its whole time again with each part.
      if framer.pendingReply == command.replyName, framer.counters.bytes > heardBytes {
        heardBytes = framer.counters.bytes
        end = min(
          SystemClock.monotonicNanoseconds + timeout.wholeNanoseconds,
          begin + ReaderDialogue.replyLimit.wholeNanoseconds)
      }
      let left = (end - SystemClock.monotonicNanoseconds) / 1_000_000
      guard left > 0 else { throw outcome(of: command) }
      try hear(milliseconds: Int32(clamping: min(left, 200)))
    }
  }

  private func send(_ bytes: [UInt8], before end: Int64) throws(Failure) {
    var sent = 0
    while sent < bytes.count {
      do throws(SystemError) {
        let transfer = try bytes.span.bytes.withUnsafeBytes { buffer throws(SystemError) in
          try line.write(UnsafeRawBufferPointer(rebasing: buffer[sent...]))
        }
        if case .bytes(let count) = transfer {
          sent += count
          continue
        }
        let left = (end - SystemClock.monotonicNanoseconds) / 1_000_000
        guard left > 0 else { throw SystemError("write", number: ETIMEDOUT) }
        _ = try Poll.wait(for: line.descriptor.number, .write, milliseconds: Int32(clamping: left))
      } catch {
        throw .lost(reason: line.lossReason(error))
      }
    }
  }

  private func outcome(of command: Command) -> Failure {
    if let unreadable { return .unreadable(command, unreadable) }
    return hasHeardReader ? .unanswered(command) : sample.isEmpty ? .silent : .foreign(sample)
  }

  /// Waits for bytes; when none come, what waits is taken for a reply without its line end.
  private mutating func hear(milliseconds: Int32) throws(Failure) {
    var frames: [Frame] = []
    do throws(SystemError) {
      guard try !Poll.wait(for: line.descriptor.number, .read, milliseconds: milliseconds).isEmpty else {
        framer.flushAfterSilence { frames.append($0) }
        waiting += frames
        return
      }
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
      defer { buffer.deallocate() }
      switch try line.descriptor.read(into: buffer) {
      case .bytes(let count):
        let bytes = Array(buffer[..<count])
        if sample.count < 32 { sample += bytes.prefix(32 - sample.count) }
        framer.feed(bytes) { frames.append($0) }
        waiting += frames
      case .wouldBlock: break
      case .end: throw SystemError("read", number: 0)
      }
    } catch {
      throw .lost(reason: line.lossReason(error.number == 0 ? nil : error))
    }
  }
}
