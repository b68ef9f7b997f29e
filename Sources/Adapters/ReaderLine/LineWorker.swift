public import AgentCore
import LinuxSystem

/// The thread that has the line. It polls, reads, frames and reports, and nothing else: neither disk nor network nor
/// log can stop bytes being read (law 1). Letting go of it stops it.
public final class LineWorker: Sendable {
  private let inbox: LineInbox
  private let thread: WorkerThread

  /// A worker without a line.
  /// - Parameter report: called on the worker's thread; it must not wait.
  public init(report: @escaping @Sendable (LineReport) -> Void) throws(SystemError) {
    let inbox = try LineInbox()
    self.inbox = inbox
    thread = try WorkerThread(name: "one4all-line") {
      LineThread(inbox: inbox, report: report).run()
    }
  }

  /// Hands over a request; never waits. A request for an older opening does nothing.
  /// - Returns: false when 4,096 requests wait already; this one is then dropped.
  @discardableResult
  public func request(_ request: LineRequest) -> Bool { inbox.post(request) }

  deinit { stop() }

  /// Closes the line, once what was asked for before has been handed to the kernel as far as it takes it, and waits
  /// for the thread's end: at once, except while a host's name is being resolved.
  public func stop() {
    inbox.stop()
    thread.join()
  }
}
