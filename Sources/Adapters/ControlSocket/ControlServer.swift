import Glibc
import JSONDocument
import LinuxSystem

/// What is answered to a request.
public enum ControlAnswer: Sendable {
  /// That.
  case now(JSONValue)
  /// Nothing yet: it is asked again whenever there is news, and a last time after so long.
  case later(Duration)
}

/// The daemon's side of the control socket: a request is a line of JSON, so is its reply, and the connection stays
/// open for more. It belongs to one loop, never waits, and has no thread of its own.
public final class ControlServer {
  private let path: String
  /// The socket's file as it was made.
  private let made: FileStatus?
  private var listener: Listener?
  private var connections: [ControlConnection] = []
  private var listenerPlace: Int?
  /// While the process is short of descriptors, waiting clients must not keep the loop spinning.
  private var acceptsAfter: Int64 = 0

  /// A descriptor in a place that can be emptied.
  private final class Listener {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  /// Serves a socket with permissions 0660, whose folder is made if need be. A socket that nobody serves is replaced.
  /// - Parameters:
  ///   - path: at most 107 bytes.
  ///   - group: name of the group that may connect; nil for the daemon's own.
  public init(path: String, group: String?) throws(ControlError) {
    let number: gid_t? = if let group { try ControlServer.number(of: group) } else { nil }
    do throws(SystemError) {
      try ControlServer.makeFolder(Files.parent(of: path), group: number)
      // Nobody else gets in before the group is right.
      let descriptor = try Sockets.listen(unix: path, mode: 0o600)
      do throws(SystemError) {
        if let number { try system("chown", path) { chown(path, uid_t.max, number) } }
        try system("chmod", path) { chmod(path, 0o660) }
        made = try Files.status(path, followingLinks: false)
      } catch {
        unlink(path)
        throw error
      }
      listener = Listener(descriptor)
    } catch {
      throw error.number == EADDRINUSE ? .inUse(path: path) : .failed(error)
    }
    self.path = path
  }

  deinit { close() }

  /// Closes all connections and removes the socket, unless another has taken its place.
  public func close() {
    connections = []
    listenerPlace = nil
    guard listener != nil else { return }
    // Before it is closed: the number of its file cannot become another's meanwhile.
    if isInPlace { unlink(path) }
    listener = nil
  }

  /// Whether clients still find the socket at its path: nobody has removed it, or put another there.
  public var isInPlace: Bool {
    guard let made, let status = try? Files.status(path, followingLinks: false) else { return false }
    return status.isSame(as: made)
  }

  /// How many clients are connected.
  public var clientCount: Int { connections.count }

  /// Adds what the loop must wait for before it calls `service`.
  /// - Parameter now: monotonic nanoseconds, as everywhere here.
  public func addDescriptors(to poll: inout Poll, now: Int64 = SystemClock.monotonicNanoseconds) {
    listenerPlace = nil
    // Whoever comes while nobody can give way waits in the kernel's queue, for `ControlLimits.patience` at most.
    if let listener, now >= acceptsAfter, hasRoom(now) {
      listenerPlace = poll.add(listener.descriptor.number, .read)
    }
    for connection in connections { connection.add(to: &poll) }
  }

  /// When `service` has something to do even if no descriptor is ready; nil when there is no such moment.
  public var nextDeadline: Int64? {
    let paused = acceptsAfter > 0 && listener != nil ? acceptsAfter : nil
    let full = listenerPlace == nil && listener != nil ? roomAt : nil
    return (connections.map(\.deadline) + [paused, full].compactMap { $0 }).min()
  }

  /// Takes new clients, answers those that asked, drops those that are gone, idle or do not read.
  /// - Parameters:
  ///   - poll: as filled by `addDescriptors`, after its wait.
  ///   - hasNews: whether those are to be asked again that were answered `.later`.
  ///   - answer: makes the reply to a request; called at most once for each client. When it may not wait, `.later` is
  ///     answered by an empty object.
  public func service(
    _ poll: Poll, now: Int64 = SystemClock.monotonicNanoseconds, hasNews: Bool = false,
    answer: (_ request: JSONValue, _ mayWait: Bool) -> ControlAnswer
  ) {
    var unsent = connections.reduce(0) { $0 + $1.unsent }
    for connection in connections {
      let isRoom = unsent + ControlLimits.reply <= ControlLimits.replies
      unsent -= connection.unsent
      connection.service(poll, now: now, isRoom: isRoom, hasNews: hasNews, answer: answer)
      unsent += connection.unsent
    }
    connections.removeAll(where: \.isOver)
    let isWaiting = listenerPlace.map { !poll.readiness(at: $0).isEmpty } ?? false
    listenerPlace = nil
    if now >= acceptsAfter { acceptsAfter = 0 }
    if isWaiting { acceptAll(now) }
  }

  private func acceptAll(_ now: Int64) {
    guard let listener else { return }
    do throws(SystemError) {
      // A bounded number, so that a flood of clients cannot hold the loop.
      for _ in 0..<ControlLimits.clients where hasRoom(now) {
        guard let descriptor = try Sockets.accept(listener.descriptor) else { return }
        if connections.count >= ControlLimits.clients, let idlest {
          connections.remove(at: idlest)
            .giveWay("the connection was idle and gave way to another client", now: now)
        }
        connections.append(ControlConnection(descriptor, now: now))
      }
    } catch { acceptsAfter = now + 1_000_000_000 }
  }

  /// The client that has done nothing for longest.
  private var idlest: Int? {
    connections.indices.min { connections[$0].givesWayAt < connections[$1].givesWayAt }
  }

  /// When a client that has done nothing gives way; nil while there is a place.
  private var roomAt: Int64? {
    guard connections.count >= ControlLimits.clients, let idlest else { return nil }
    return connections[idlest].givesWayAt
  }

  /// Whether another client can be taken.
  private func hasRoom(_ now: Int64) -> Bool { roomAt.map { now >= $0 } ?? true }

  /// A folder that is not there is made so that the group gets through it, and nobody else.
  private static func makeFolder(_ path: String, group: gid_t?) throws(SystemError) {
    if Files.exists(path) { return }
    try Files.makeFolder(path, mode: 0o750)
    if let group { try system("chown", path) { chown(path, uid_t.max, group) } }
  }

  private static func number(of group: String) throws(ControlError) -> gid_t {
    var entry = Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    var buffer = [CChar](repeating: 0, count: 65_536)
    let code = getgrnam_r(group, &entry, &buffer, buffer.count, &found)
    guard found != nil else {
      throw code == 0 || code == ENOENT
        ? .unknownGroup(name: group) : .failed(SystemError("getgrnam", group, number: code))
    }
    return entry.gr_gid
  }
}
