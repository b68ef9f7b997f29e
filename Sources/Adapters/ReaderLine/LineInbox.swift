import AgentCore
import LinuxSystem
import Synchronization

/// What the line's thread is asked for. The words to stop and to read on stand beside the requests: they get through
/// even when no request fits in any more.
final class LineInbox: Sendable {
  /// Bytes of requests that may wait: a thousand commands. More means that the thread hangs in a call on the port.
  static let limit = 256 << 10

  private let box: Mailbox<LineRequest>
  private let stopping = Atomic(false)
  private let resumed = Atomic(false)

  init() throws(SystemError) {
    box = try Mailbox(limit: LineInbox.limit) { request in
      if case .write(_, let bytes) = request { bytes.count } else { 0 }
    }
  }

  /// Readable while something may wait.
  var descriptor: Int32 { box.descriptor }

  /// Whether the thread is to end.
  var isStopping: Bool { stopping.load(ordering: .acquiring) }

  func post(_ request: LineRequest) -> Bool { box.post(request) }

  func stop() {
    stopping.store(true, ordering: .releasing)
    box.wake()
  }

  /// There is room again for what the line says.
  func resume() {
    resumed.store(true, ordering: .releasing)
    box.wake()
  }

  /// Whether `resume` was called since the last time.
  func takeResumed() -> Bool { resumed.exchange(false, ordering: .acquiringAndReleasing) }

  func takeAll() -> [LineRequest] { box.takeAll() }
}
