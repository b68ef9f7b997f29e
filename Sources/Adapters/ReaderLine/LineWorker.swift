public import AgentCore
import LinuxSystem
import Synchronization

/// The thread that has the line. It polls, reads, frames and reports, and nothing else: neither disk nor network nor
/// log can stop bytes being read (law 1). What nobody takes is not read, and waits in the kernel: memory is bounded.
/// Letting go of it stops it.
public final class LineWorker: Sendable {
  private let inbox: LineInbox
  private let thread: WorkerThread
  private let end: End

  private final class End: Sendable {
    let isReached = Atomic(false)
    let wakeUp: WakeUp

    init() throws(SystemError) { wakeUp = try WakeUp() }

    func reach() {
      isReached.store(true, ordering: .releasing)
      wakeUp.call()
    }
  }

  /// A worker without a line.
  /// - Parameters:
  ///   - resolve: how the names of hosts are looked up; it may hang.
  ///   - report: called on the worker's thread; it must not wait. Its result says whether there is room for more: after
  ///     a false nothing is read until `resume`.
  public convenience init(report: @escaping @Sendable (LineReport) -> Bool) throws(SystemError) {
    try self.init(resolve: HostLookup.system, report: report)
  }

  init(
    resolve: @escaping HostLookup.Resolver, report: @escaping @Sendable (LineReport) -> Bool
  ) throws(SystemError) {
    let inbox = try LineInbox()
    let end = try End()
    self.inbox = inbox
    self.end = end
    thread = try WorkerThread(name: "one4all-line") {
      LineThread(inbox: inbox, resolve: resolve, report: report).run()
      end.reach()
    }
  }

  /// Hands over a request; never waits. A request for an older opening does nothing.
  /// - Returns: false when so much waits that the thread must be hanging; this one is then dropped.
  @discardableResult
  public func request(_ request: LineRequest) -> Bool { inbox.post(request) }

  /// There is room again for what the line says.
  public func resume() { inbox.resume() }

  deinit { stop() }

  /// Has the line closed, once what was asked for before has been handed to the kernel as far as it takes it, and what
  /// had come by then has been read and reported. Does not wait.
  public func beginStop() { inbox.stop() }

  /// Whether the thread has come to its end: nothing is reported any more.
  public var hasStopped: Bool { end.isReached.load(ordering: .acquiring) }
  /// Readable once the thread has come to its end.
  public var stopDescriptor: Int32 { end.wakeUp.descriptor }

  /// As `beginStop`, and waits for the thread's end, which takes a moment: only a port whose driver hangs makes it long.
  public func stop() {
    beginStop()
    thread.join()
  }
}
