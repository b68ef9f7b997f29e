import AgentCore
import CLinux
import Glibc
import LinuxSystem

// The reader's network port.
extension OpenedLine {
  /// Waits at most that many milliseconds for a descriptor, or for a reason to stop; true ends the attempt.
  typealias Waiting = (_ descriptor: Int32, _ readiness: Poll.Readiness, _ milliseconds: Int32) -> Bool

  /// Connects to one of the host's addresses, all of them together within the limit: each gets its share of what is
  /// left, so that one that swallows packets does not hide the next. The time that the name takes does not count.
  /// - Parameter lookup: begins to look up the host's name; not called where the host is named by its address.
  static func open(
    host: String, port: UInt16, _ options: LineOptions, lookup: () throws(SystemError) -> HostLookup,
    waiting isCalledOff: Waiting
  ) throws(LineFailure) -> OpenedLine {
    let address = "\(options.address)"
    let candidates = try OpenedLine.candidates(host, port, address, lookup, isCalledOff)
    let end = SystemClock.monotonicNanoseconds + options.connectTimeout.wholeNanoseconds
    var reason = "no address"
    for (index, candidate) in candidates.enumerated() {
      do throws(SystemError) {
        let now = SystemClock.monotonicNanoseconds
        let share = now + (end - now) / Int64(candidates.count - index)
        let descriptor = try connect(to: candidate, before: share, waiting: isCalledOff)
        try keepAlive(descriptor)
        return OpenedLine(descriptor: descriptor, kind: .tcp, device: address)
      } catch {
        reason = error.reason
        if error.number == ECANCELED { break }
      }
    }
    throw .unreachable(address: address, reason: reason)
  }

  private static func candidates(
    _ host: String, _ port: UInt16, _ address: String, _ begin: () throws(SystemError) -> HostLookup,
    _ isCalledOff: Waiting
  ) throws(LineFailure) -> [HostAddress] {
    if let literal = HostLookup.literal(host, port) { return literal }
    let lookup: HostLookup
    do throws(SystemError) { lookup = try begin() } catch {
      throw .unreachable(address: address, reason: "its name cannot be looked up: \(error.reason)")
    }
    let end = SystemClock.monotonicNanoseconds + HostLookup.limit.wholeNanoseconds
    while lookup.found == nil {
      let left = (end - SystemClock.monotonicNanoseconds + 999_999) / 1_000_000
      guard left > 0 else {
        throw .unreachable(
          address: address, reason: "no name server says what \(host) is, for \(humanSpan(HostLookup.limit))")
      }
      if isCalledOff(lookup.descriptor, .read, Int32(clamping: left)) {
        throw .unreachable(address: address, reason: SystemError.text(for: ECANCELED))
      }
    }
    switch lookup.found {
    case .success(let addresses)?: return addresses
    case .failure(let error)?: throw .unreachable(address: address, reason: error.reason)
    case nil: return []
    }
  }

  private static func connect(
    to candidate: HostAddress, before end: Int64, waiting isCalledOff: Waiting
  ) throws(SystemError) -> Descriptor {
    let descriptor = Descriptor(
      owning: try system("socket") {
        socket(
          candidate.family, candidate.kind | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
          candidate.transport)
      })
    let number = descriptor.number
    let result = candidate.bytes.withUnsafeBytes { bytes in
      Glibc.connect(
        number, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    if result == 0 { return descriptor }
    guard errno == EINPROGRESS else { throw SystemError("connect", number: errno) }
    while true {
      let left = (end - SystemClock.monotonicNanoseconds + 999_999) / 1_000_000
      guard left > 0 else { throw SystemError("connect", number: ETIMEDOUT) }
      if isCalledOff(number, .write, Int32(clamping: left)) {
        throw SystemError("connect", number: ECANCELED)
      }
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
