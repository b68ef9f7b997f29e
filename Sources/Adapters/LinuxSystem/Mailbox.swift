import Synchronization

/// Messages from any thread to one reader, in order, bounded.
///
/// Posting never waits. A message that finds the box full is refused and counted; nothing is dropped unseen.
public final class Mailbox<Message: Sendable>: Sendable {
  private struct State {
    var messages: [Message] = []
    var refused = 0
  }

  private let state = Mutex(State())
  private let wakeUp: WakeUp

  /// Most messages that may wait.
  public let capacity: Int

  /// An empty box.
  public init(capacity: Int) throws(SystemError) {
    self.capacity = capacity
    wakeUp = try WakeUp()
  }

  /// Readable while something may wait.
  public var descriptor: Int32 { wakeUp.descriptor }

  /// Puts a message in.
  /// - Returns: false when the box was full; the message is then counted as refused.
  @discardableResult
  public func post(_ message: Message) -> Bool {
    let accepted = state.withLock { state in
      guard state.messages.count < capacity else {
        state.refused += 1
        return false
      }
      state.messages.append(message)
      return true
    }
    if accepted { wakeUp.call() }
    return accepted
  }

  /// Takes everything out; empty when nothing waits.
  public func takeAll() -> [Message] {
    wakeUp.clear()
    return state.withLock { state in
      let messages = state.messages
      state.messages = []
      return messages
    }
  }

  /// How many messages were refused since the start.
  public var refused: Int { state.withLock { $0.refused } }
}
