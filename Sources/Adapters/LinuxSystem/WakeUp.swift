import CLinux
import Glibc

/// A descriptor that another thread makes readable (eventfd). Many calls before the next look count as one.
public final class WakeUp: Sendable {
  private let event: Descriptor

  /// A wake-up that nobody has called yet.
  public init() throws(SystemError) {
    event = Descriptor(owning: try system("eventfd") { eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) })
  }

  /// The descriptor to poll for reading.
  public var descriptor: Int32 { event.number }

  /// Makes the descriptor readable. Never waits and never fails.
  public func call() { eventfd_write(event.number, 1) }

  /// Makes the descriptor unreadable again.
  public func clear() {
    var count: eventfd_t = 0
    eventfd_read(event.number, &count)
  }
}
