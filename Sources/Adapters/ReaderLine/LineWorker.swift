public import AgentCore
import LinuxSystem

/// The thread that has the line. It polls, reads, frames and reports, and nothing else: neither disk nor network nor
/// log can stop bytes being read (law 1).
public final class LineWorker: Sendable {
  private let inbox: Mailbox<LineThread.Message>
  private let thread: WorkerThread

  /// A worker without a line.
  /// - Parameter report: called on the worker's thread; it must not wait.
  public init(report: @escaping @Sendable (LineReport) -> Void) throws(SystemError) {
    let inbox = try Mailbox<LineThread.Message>(capacity: 4096)
    self.inbox = inbox
    thread = try WorkerThread(name: "one4all-line") {
      LineThread(inbox: inbox, report: report).run()
    }
  }

  /// Hands over a request; never waits. A request for an older opening does nothing.
  public func request(_ request: LineRequest) { inbox.post(.request(request)) }

  /// Closes the line and waits for the thread's end: at once, except while a host's name is being resolved.
  public func stop() {
    inbox.post(.stop)
    thread.join()
  }
}
