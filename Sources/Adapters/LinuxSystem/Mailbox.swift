import Synchronization

/// Messages from any thread to one reader, in order, bounded in bytes.
///
/// Putting one in never waits. Who can do without a message posts it, and is told when the box is full; who cannot
/// delivers it, and is told when to stop making more.
public final class Mailbox<Message: Sendable>: Sendable {
  private struct State {
    var messages: [Message] = []
    var bytes = 0
    /// Whether somebody was told that the box is full since it was last emptied.
    var hasHeldBack = false
  }

  private let state = Mutex(State())
  private let wakeUp: WakeUp
  private let weight: @Sendable (Message) -> Int

  /// So many bytes of memory may wait; one message alone may be larger.
  public let limit: Int

  /// An empty box.
  /// - Parameters:
  ///   - limit: bytes that may wait.
  ///   - weight: bytes of memory that a message holds beside its own value.
  public init(limit: Int, weight: @escaping @Sendable (Message) -> Int = { _ in 0 }) throws(SystemError) {
    self.limit = limit
    self.weight = weight
    wakeUp = try WakeUp()
  }

  /// Readable while something may wait, and after `wake`.
  public var descriptor: Int32 { wakeUp.descriptor }

  /// Makes the descriptor readable: something beside the box is to be looked at.
  public func wake() { wakeUp.call() }

  /// Puts a message in, if there is room.
  /// - Returns: false when there was none; the message is not in the box then.
  @discardableResult
  public func post(_ message: Message) -> Bool {
    let bytes = size(of: message)
    let isTaken = state.withLock { state in
      guard state.messages.isEmpty || state.bytes + bytes <= limit else {
        state.hasHeldBack = true
        return false
      }
      state.messages.append(message)
      state.bytes += bytes
      return true
    }
    if isTaken { wakeUp.call() }
    return isTaken
  }

  /// Puts a message in, whether there is room or not.
  /// - Returns: whether there is room for more; if not, no more is to be made before the box was emptied.
  @discardableResult
  public func deliver(_ message: Message) -> Bool {
    let bytes = size(of: message)
    let isRoom = state.withLock { state in
      state.messages.append(message)
      state.bytes += bytes
      if state.bytes < limit { return true }
      state.hasHeldBack = true
      return false
    }
    wakeUp.call()
    return isRoom
  }

  /// Takes everything out; empty when nothing waits.
  public func takeAll() -> [Message] { empty().messages }

  /// Takes everything out.
  /// - Returns: what waited, and whether somebody was told meanwhile that the box is full.
  public func empty() -> (messages: [Message], hasHeldBack: Bool) {
    wakeUp.clear()
    return state.withLock { state in
      defer { state = State() }
      return (state.messages, state.hasHeldBack)
    }
  }

  private func size(of message: Message) -> Int { MemoryLayout<Message>.stride + weight(message) }
}
