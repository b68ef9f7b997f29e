import CLinux
import Glibc

/// Signals as something to poll for and read (signalfd). Make it before any thread is started.
public struct SignalReader: ~Copyable {
  private let source: Descriptor

  /// Blocks those signals for the process and takes them from now on; SIGPIPE is ignored as well.
  public init(_ signals: [Int32]) throws(SystemError) {
    signal(SIGPIPE, SIG_IGN)
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    source = Descriptor(
      owning: try system("signalfd") {
        signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
      })
  }

  /// The descriptor to poll for reading.
  public var descriptor: Int32 { source.number }

  /// The next signal that came; nil when there is none.
  public func next() throws(SystemError) -> Int32? {
    var information = signalfd_siginfo()
    let transfer = try withUnsafeMutableBytes(of: &information) { buffer throws(SystemError) in
      try source.read(into: buffer)
    }
    return transfer == .bytes(MemoryLayout<signalfd_siginfo>.size) ? Int32(information.ssi_signo) : nil
  }
}
