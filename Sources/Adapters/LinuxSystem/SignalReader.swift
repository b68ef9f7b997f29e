import CLinux
import Glibc

/// Signals as something to poll for and read.
///
/// A thread of its own takes them (signalfd), and when the process is to end, it sees to it that the process does end,
/// whatever its other threads wait for: a file system or a name server that never answers cannot stop the stop.
public final class SignalReader: Sendable {
  private let box: Mailbox<Int32>

  /// Blocks those signals for the process, so that they wait for somebody who takes them; SIGPIPE is ignored. To be
  /// called before anything else: until then a signal does what it does to any process.
  public static func block(_ signals: [Int32]) {
    signal(SIGPIPE, SIG_IGN)
    var set = SignalReader.set(of: signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Lets blocked signals do what they do to any process.
  public static func unblock(_ signals: [Int32]) {
    var set = SignalReader.set(of: signals)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Takes those signals from now on, those among them that were blocked and wait.
  /// - Parameters:
  ///   - signals: blocked for the process when this returns.
  ///   - endings: those of them that end the process.
  ///   - limit: from the first of `endings` on the process has so long.
  ///   - late: called then, on a thread of its own; it must end the process.
  public init(
    _ signals: [Int32], endings: Set<Int32> = [], within limit: Duration = .seconds(10),
    late: @escaping @Sendable () -> Void = {}
  ) throws(SystemError) {
    SignalReader.block(signals)
    var set = SignalReader.set(of: signals)
    let source = try system("signalfd") { signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK)) }
    let box = try Mailbox<Int32>(limit: 4096)
    self.box = box
    try WorkerThread.detach(name: "signals") {
      SignalReader.run(Descriptor(owning: source), box, endings, limit, late)
    }
  }

  /// The descriptor to poll for reading.
  public var descriptor: Int32 { box.descriptor }

  /// The signals that came, in order.
  public func takeAll() -> [Int32] { box.takeAll() }

  private static func run(
    _ source: consuming Descriptor, _ box: Mailbox<Int32>, _ endings: Set<Int32>, _ limit: Duration,
    _ late: () -> Void
  ) {
    var end: Int64?
    while true {
      let left = end.map { max(0, ($0 - SystemClock.monotonicNanoseconds + 999_999) / 1_000_000) }
      _ = try? Poll.wait(for: source.number, .read, milliseconds: left.map { Int32(clamping: $0) } ?? -1)
      while let signal = next(of: source) {
        if endings.contains(signal), end == nil {
          end = SystemClock.monotonicNanoseconds + Int64(limit / .nanoseconds(1))
        }
        box.post(signal)
      }
      if let now = end, SystemClock.monotonicNanoseconds >= now {
        late()
        end = nil
      }
    }
  }

  private static func next(of source: borrowing Descriptor) -> Int32? {
    var information = signalfd_siginfo()
    let transfer = try? withUnsafeMutableBytes(of: &information) { buffer throws(SystemError) in
      try source.read(into: buffer)
    }
    return transfer == .bytes(MemoryLayout<signalfd_siginfo>.size) ? Int32(information.ssi_signo) : nil
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}
