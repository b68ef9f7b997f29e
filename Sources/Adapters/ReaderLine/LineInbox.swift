import AgentCore
import LinuxSystem
import Synchronization

/// What the line's thread is asked for. The word to stop gets through even when no request fits in any more.
final class LineInbox: Sendable {
  private enum Message: Sendable {
    case request(LineRequest)
    case stop
  }

  private let box: Mailbox<Message>
  // Beside the message, because a full box refuses messages; its descriptor is readable then.
  private let stopping = Atomic(false)

  init() throws(SystemError) { box = try Mailbox(capacity: 4096) }

  /// Readable while something may wait.
  var descriptor: Int32 { box.descriptor }

  /// Whether the thread is to end. To be looked at between `takeAll` and waiting for the descriptor: a full box has
  /// no room for the message that would make it readable again.
  var isStopping: Bool { stopping.load(ordering: .acquiring) }

  func post(_ request: LineRequest) -> Bool { box.post(.request(request)) }

  func stop() {
    stopping.store(true, ordering: .releasing)
    box.post(.stop)
  }

  func takeAll() -> [LineRequest] {
    box.takeAll().compactMap { message in
      switch message {
      case .request(let request): request
      case .stop: nil
      }
    }
  }
}
