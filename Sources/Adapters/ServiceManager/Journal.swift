public import AgentCore
import Glibc
import LinuxSystem
import Synchronization

/// Takes log entries from any thread: into systemd's journal with their fields, or as lines on standard error.
public final class Journal: Sendable {
  /// Where entries go.
  public enum Destination: Equatable, Sendable {
    /// systemd's journal.
    case journal
    /// Lines on standard error.
    case lines(coloured: Bool)
  }

  /// Where entries go.
  public let destination: Destination

  private let identifier: String
  private let descriptor: Int32
  private let threshold: Atomic<Int>
  private let leftOut = Mutex(0)

  /// A journal.
  /// - Parameters:
  ///   - level: the least important entries that are written.
  ///   - destination: nil takes systemd's journal when standard error is connected to it, else lines, in colour on a
  ///     terminal unless `NO_COLOR` is set.
  ///   - identifier: the program's name in systemd's journal.
  ///   - descriptor: where lines go; it must stay open as long as the journal lives.
  public init(
    level: LogPriority, destination: Destination? = nil, identifier: String = "one4alld",
    descriptor: Int32 = STDERR_FILENO
  ) {
    self.destination = destination ?? Journal.destination(of: descriptor)
    self.identifier = identifier
    self.descriptor = descriptor
    threshold = Atomic(level.rawValue)
  }

  /// The least important entries that are written; may be changed at any time.
  public var level: LogPriority {
    get { LogPriority(rawValue: threshold.load(ordering: .relaxed)) ?? .debug }
    set { threshold.store(newValue.rawValue, ordering: .relaxed) }
  }

  /// Writes an entry, unless it is less important than `level`. What cannot be written is lost: there is nowhere
  /// left to say so.
  public func write(_ entry: LogEntry) {
    guard entry.priority.rawValue <= threshold.load(ordering: .relaxed) else { return }
    switch destination {
    case .journal:
      if !JournalRecord(entry, identifier: identifier).send() {
        // The journal reads standard error too; the number in front is the priority (sd-daemon(3)).
        writeLine("<\(entry.priority.rawValue)>\(entry.event.rawValue) \(SafeText.line(entry.message))")
      }
    case .lines(let coloured):
      let now = WallTime(milliseconds: SystemClock.wallMilliseconds)
      writeLine(LogLine.text(entry, at: now, coloured: coloured))
    }
  }

  /// Most bytes of a line: what a pipe that has room takes at once (PIPE_BUF).
  private static let longestLine = 4096

  /// Writes a line if that does not have to wait: whoever reads the log must not hold the agent up. Lines that were left
  /// out are told with the next one that is written.
  private func writeLine(_ line: String) {
    let isTaken = leftOut.withLock { leftOut -> Bool in
      if leftOut > 0, !put("\(leftOut) lines of the log were left out: nobody read them") { return false }
      leftOut = 0
      return put(line)
    }
    if !isTaken { leftOut.withLock { $0 += 1 } }
  }

  /// - Returns: whether it was written, or never can be.
  private func put(_ line: String) -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&wanted, 1, 0) == 1 else { return false }
    // In one call, so that lines of several threads do not mix.
    let bytes = Array(line.utf8.prefix(Journal.longestLine - 1)) + [UInt8(ascii: "\n")]
    _ = try? system("write") { Glibc.write(descriptor, bytes, bytes.count) }
    return true
  }

  private static func destination(of descriptor: Int32) -> Destination {
    let stream = getenv("JOURNAL_STREAM").map { String(cString: $0) }
    if JournalStream.isConnected(descriptor, to: stream) { return .journal }
    return .lines(coloured: isatty(descriptor) == 1 && getenv("NO_COLOR") == nil)
  }
}
