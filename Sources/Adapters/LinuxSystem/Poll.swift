import CLinux
import Glibc

/// Waiting for descriptors to become ready.
public struct Poll {
  /// What to wait for, or what came.
  public struct Readiness: OptionSet, Sendable {
    /// The kernel's bits.
    public let rawValue: Int16
    /// Readiness of those bits.
    public init(rawValue: Int16) { self.rawValue = rawValue }
    /// There is something to read, or the end.
    public static let read = Readiness(rawValue: Int16(POLLIN))
    /// There is room to write.
    public static let write = Readiness(rawValue: Int16(POLLOUT))
    /// The other end hung up.
    public static let hangUp = Readiness(rawValue: Int16(POLLHUP))
    /// The descriptor has an error or is not open.
    public static let failure = Readiness(rawValue: Int16(POLLERR | POLLNVAL))
  }

  private var entries: [pollfd] = []

  /// A wait for nothing yet.
  public init() {}

  /// Forgets all descriptors, keeping the memory.
  public mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  /// Adds a descriptor and returns its place for `readiness(at:)`.
  @discardableResult
  public mutating func add(_ descriptor: Int32, _ readiness: Readiness) -> Int {
    entries.append(pollfd(fd: descriptor, events: readiness.rawValue, revents: 0))
    return entries.count - 1
  }

  /// What came for the descriptor at that place in the last wait.
  public func readiness(at place: Int) -> Readiness { Readiness(rawValue: entries[place].revents) }

  /// How long a wait takes that the kernel refuses, in milliseconds: whoever waits again and again must not spin.
  private static let pause: Int64 = 100

  /// Waits until something is ready or the time is over; a signal counts as nothing ready.
  ///
  /// When the kernel refuses to wait (out of memory, or more descriptors than the process may have), everything counts
  /// as ready after a short pause: whoever looks goes on by looking, slowly, for as long as that lasts.
  /// - Parameter milliseconds: how long at most; -1 for ever.
  /// - Returns: whether anything is ready.
  @discardableResult
  public mutating func wait(milliseconds: Int32) throws(SystemError) -> Bool {
    let count = entries.withUnsafeMutableBufferPointer {
      poll($0.baseAddress, nfds_t($0.count), milliseconds)
    }
    if count >= 0 { return count > 0 }
    let number = errno
    for index in entries.indices { entries[index].revents = number == EINTR ? 0 : entries[index].events }
    if number == EINTR { return false }
    var pause = timespec(tv_sec: 0, tv_nsec: Int(Poll.pause) * 1_000_000)
    nanosleep(&pause, nil)
    throw SystemError("poll", number: number)
  }

  /// Waits for one descriptor; empty when the time was over.
  public static func wait(for descriptor: Int32, _ readiness: Readiness, milliseconds: Int32)
    throws(SystemError) -> Readiness
  {
    var poll = Poll()
    poll.add(descriptor, readiness)
    try poll.wait(milliseconds: milliseconds)
    return poll.readiness(at: 0)
  }
}
