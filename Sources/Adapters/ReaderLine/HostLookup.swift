import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// An address of a host, as `connect` takes it.
struct HostAddress: Equatable, Sendable {
  let family: Int32
  let kind: Int32
  let transport: Int32
  let bytes: [UInt8]
}

/// Looks up a host's addresses, on a thread of its own: the system's resolver cannot be interrupted, and takes as long
/// as it likes. Whoever gives up leaves the thread to itself.
final class HostLookup: Sendable {
  /// What there is, or why there is nothing, for a person.
  typealias Answer = Result<[HostAddress], Unresolved>
  /// Looks up a host and a port.
  typealias Resolver = @Sendable (_ host: String, _ port: UInt16) -> Answer

  /// Why a host has no address.
  struct Unresolved: Error, Equatable {
    let reason: String
  }

  /// The longest wait for an answer. The resolver's own limit is mostly shorter (resolv.conf).
  static let limit = Duration.seconds(30)
  /// Most lookups that hang at a time: each has a thread.
  static let mostHanging = 4
  private static let hanging = Atomic(0)

  let host: String
  let port: UInt16
  private let answer = Mutex<Answer?>(nil)
  private let wakeUp: WakeUp

  /// Begins to look.
  init(_ host: String, _ port: UInt16, _ resolve: @escaping Resolver) throws(SystemError) {
    self.host = host
    self.port = port
    wakeUp = try WakeUp()
    guard HostLookup.hanging.add(1, ordering: .relaxed).newValue <= HostLookup.mostHanging else {
      HostLookup.hanging.subtract(1, ordering: .relaxed)
      throw SystemError("resolve", host, number: EAGAIN)
    }
    do throws(SystemError) {
      try WorkerThread.detach(name: "resolve") {
        let found = resolve(host, port)
        HostLookup.hanging.subtract(1, ordering: .relaxed)
        self.answer.withLock { $0 = found }
        self.wakeUp.call()
      }
    } catch {
      HostLookup.hanging.subtract(1, ordering: .relaxed)
      throw error
    }
  }

  /// Readable once there is an answer.
  var descriptor: Int32 { wakeUp.descriptor }

  /// The answer; nil while there is none.
  var found: Answer? { answer.withLock { $0 } }

  /// Looks up by the system's resolver.
  static let system: Resolver = { host, port in HostLookup.addresses(host, port, AI_NUMERICSERV) }

  /// The addresses of a host that is named by its address: nobody needs to be asked.
  static func literal(_ host: String, _ port: UInt16) -> [HostAddress]? {
    try? addresses(host, port, AI_NUMERICSERV | AI_NUMERICHOST).get()
  }

  private static func addresses(_ host: String, _ port: UInt16, _ flags: Int32) -> Answer {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = flags
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &found)
    guard code == 0, let found else {
      let number = errno
      let reason = code == EAI_SYSTEM ? SystemError.text(for: number) : String(cString: gai_strerror(code))
      return .failure(Unresolved(reason: reason))
    }
    defer { freeaddrinfo(found) }
    let list = sequence(first: found, next: { $0.pointee.ai_next }).map { entry in
      let info = entry.pointee
      let bytes = UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen))
      return HostAddress(
        family: info.ai_family, kind: info.ai_socktype, transport: info.ai_protocol, bytes: Array(bytes))
    }
    return .success(list)
  }
}
