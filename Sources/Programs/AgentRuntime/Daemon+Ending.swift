import AgentCore
import AgentStore
import CloudClient
import Glibc
import LinuxSystem
import ProgramArguments
import ReaderLine
import ServiceManager

// The daemon's end: what the reader has said by then is stored, and nothing is waited for that does not come.
extension Daemon {
  /// Of the time for the stop, so long for what the reader has said.
  private static let hearLimit = Duration.seconds(2)

  /// The stop has taken too long: something that the daemon waits for never comes. What is committed is on the disk.
  static func abandon() {
    let words =
      "<3>the stop took longer than \(humanSpan(stopLimit)), because a disk or a driver does not answer: one4alld"
      + " ends without waiting; what was not on the disk yet is still in the reader\n"
    var wanted = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    // A pipe that nobody reads must not hold this up either.
    if poll(&wanted, 1, 0) == 1 { Output.complain(words) }
    _exit(ExitCode.systemError.rawValue)
  }

  func stop() {
    notifier.stopping()
    isEnding = true
    hearRest()
    _ = takeEvents()
    for action in agent.farewell() { perform(action) }
    control.close()
    store.stop()
    tellUnwritten()
    cloud.stop()
    // The line's thread hangs in the port's driver: it is not waited for.
    if !line.hasStopped { _exit(ExitCode.success.rawValue) }
  }

  /// What the reader had said by the time of the stop is read, and goes the way of all that it says.
  private func hearRest() {
    line.beginStop()
    let end = Daemon.now().monotonic + Daemon.hearLimit
    var poll = Poll()
    var isOver = false
    while !isOver {
      // Looked at first: what was reported before is in the mailbox then.
      isOver = line.hasStopped
      while takeHeard(), Daemon.now().monotonic < end {}
      let left = (end - Daemon.now().monotonic).wholeMilliseconds
      if isOver || left <= 0 { break }
      poll.removeAll()
      poll.add(heard.descriptor, .read)
      poll.add(line.stopDescriptor, .read)
      _ = try? poll.wait(milliseconds: Int32(clamping: left))
    }
    guard !isOver || !unheard.isEmpty else { return }
    journal.write(
      LogEntry(
        .captureOverflow,
        "the agent ends before it has taken all that the reader has said; the rest is fetched after the next start"
      ))
  }

  /// What the store could not write at the last moment is not lost: the reader has it. But somebody must know.
  private func tellUnwritten() {
    var count = 0
    var reason = ""
    for case .passings(.failed(.capture(_, let passings), let failure)) in events.takeAll() {
      count += passings.count
      reason = failure.description
    }
    guard count > 0 else { return }
    journal.write(
      LogEntry(
        .storeFailing,
        "\(count) passings could not be written before the end (\(reason)); the reader still has them, and they are"
          + " fetched after the next start"))
  }
}
