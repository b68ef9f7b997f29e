import AgentCore
import CLinux
import Glibc
import LinuxSystem

// The reader's network port.
extension OpenedLine {
  /// Connects to one of the host's addresses, all of them together within the limit: each gets its share of what is
  /// left, so that one that swallows packets does not hide the next. The resolver itself cannot be interrupted; it
  /// has its own limits (resolv.conf), and the time that it takes does not count.
  /// - Parameter isCalledOff: waits at most that many milliseconds for a reason to stop; true ends the attempt.
  static func open(
    host: String, port: UInt16, _ options: LineOptions,
    waiting isCalledOff: (_ socket: Int32, _ milliseconds: Int32) -> Bool
  ) throws(LineFailure) -> OpenedLine {
    let address = "\(options.address)"
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &found)
    guard code == 0, let found else {
      let number = errno
      let reason = code == EAI_SYSTEM ? SystemError.text(for: number) : String(cString: gai_strerror(code))
      throw .unreachable(address: address, reason: reason)
    }
    defer { freeaddrinfo(found) }
    let candidates = Array(sequence(first: found, next: { $0.pointee.ai_next }))
    let end = SystemClock.monotonicNanoseconds + options.connectTimeout.wholeNanoseconds
    var reason = "no address"
    for (index, candidate) in candidates.enumerated() {
      do throws(SystemError) {
        let now = SystemClock.monotonicNanoseconds
        let share = now + (end - now) / Int64(candidates.count - index)
        let descriptor = try connect(to: candidate.pointee, before: share, waiting: isCalledOff)
        try keepAlive(descriptor)
        return OpenedLine(descriptor: descriptor, kind: .tcp, device: address)
      } catch {
        reason = error.reason
        if error.number == ECANCELED { break }
      }
    }
    throw .unreachable(address: address, reason: reason)
  }

  private static func connect(
    to candidate: addrinfo, before end: Int64, waiting isCalledOff: (Int32, Int32) -> Bool
  ) throws(SystemError) -> Descriptor {
    let descriptor = Descriptor(
      owning: try system("socket") {
        socket(
          candidate.ai_family,
          candidate.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
          candidate.ai_protocol)
      })
    let number = descriptor.number
    if Glibc.connect(number, candidate.ai_addr, candidate.ai_addrlen) == 0 { return descriptor }
    guard errno == EINPROGRESS else { throw SystemError("connect", number: errno) }
    while true {
      let left = (end - SystemClock.monotonicNanoseconds + 999_999) / 1_000_000
      guard left > 0 else { throw SystemError("connect", number: ETIMEDOUT) }
      if isCalledOff(number, Int32(clamping: left)) { throw SystemError("connect", number: ECANCELED) }
      guard try !Poll.wait(for: number, .write, milliseconds: 0).isEmpty else { continue }
      var result: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      try system("getsockopt") { getsockopt(number, SOL_SOCKET, SO_ERROR, &result, &size) }
      guard result == 0 else { throw SystemError("connect", number: result) }
      return descriptor
    }
  }

  /// A dead peer is noticed within half a minute, with and without bytes under way.
  private static func keepAlive(_ descriptor: borrowing Descriptor) throws(SystemError) {
    let number = descriptor.number
    let tcp = Int32(IPPROTO_TCP)
    let options: [(Int32, Int32, Int32)] = [
      (SOL_SOCKET, SO_KEEPALIVE, 1), (tcp, TCP_KEEPIDLE, 10), (tcp, TCP_KEEPINTVL, 5), (tcp, TCP_KEEPCNT, 3),
      (tcp, TCP_USER_TIMEOUT, 20_000), (tcp, TCP_NODELAY, 1),
    ]
    for (level, name, value) in options {
      var value = value
      try system("setsockopt") {
        setsockopt(number, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
      }
    }
  }
}
