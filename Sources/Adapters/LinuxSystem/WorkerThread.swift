import CLinux
import Glibc
import Synchronization

/// A thread with a name, which is waited for before its owner goes on.
public final class WorkerThread: Sendable {
  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  private let thread: pthread_t
  private let joined = Mutex(false)

  /// Starts a thread. All signals are blocked in it.
  /// - Parameters:
  ///   - name: shown by `ps -L`; the kernel keeps 15 bytes.
  ///   - stackSize: bytes; only touched pages cost memory.
  ///   - body: runs to its end on the new thread.
  public init(
    name: String, stackSize: Int = 512 * 1024, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    thread = try WorkerThread.start(name, stackSize, body)
  }

  /// Starts a thread that nobody waits for: one that may hang in a call that cannot be interrupted, or that never ends.
  public static func detach(
    name: String, stackSize: Int = 256 * 1024, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    pthread_detach(try start(name, stackSize, body))
  }

  private static func start(
    _ name: String, _ stackSize: Int, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) -> pthread_t {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackSize)
    var everySignal = sigset_t()
    sigfillset(&everySignal)
    var before = sigset_t()
    pthread_sigmask(SIG_SETMASK, &everySignal, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let start = Unmanaged.passRetained(Start(name, body))
    var thread = pthread_t()
    let result = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        // By the thread itself, so that it has its name from its first step on.
        pthread_setname_np(pthread_self(), String(start.name.prefix(15)))
        start.body()
        return nil
      }, start.toOpaque())
    guard result == 0 else {
      start.release()
      throw SystemError("pthread_create", name, number: result)
    }
    return thread
  }

  /// Waits until the thread has ended; at once when it was waited for before.
  public func join() {
    joined.withLock { joined in
      if !joined { pthread_join(thread, nil) }
      joined = true
    }
  }
}
