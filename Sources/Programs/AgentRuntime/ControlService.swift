import AgentCore
import ControlSocket
import JSONDocument
import LinuxSystem

/// The control socket, opened again while it cannot be and when somebody has removed it: the daemon works without it.
struct ControlService {
  /// How often it is looked whether the socket is still there, and whether it can be served when it could not.
  private static let span = Duration.seconds(5)

  private var path: String
  private var group: String?
  private var server: ControlServer?
  private var lookAt = MonotonicTime(nanoseconds: 0)
  private var isFailing = false

  init(path: String, group: String?) {
    self.path = path
    self.group = group
  }

  /// When it wants to be looked after next.
  var nextDeadline: MonotonicTime? {
    let served = server?.nextDeadline.map(MonotonicTime.init(nanoseconds:))
    return [served, lookAt].compactMap { $0 }.min()
  }

  /// Opens the socket, or looks whether it is still in its place, when it is time.
  /// - Returns: what there is to tell.
  mutating func look(at now: MonotonicTime) -> LogEntry? {
    guard now >= lookAt else { return nil }
    lookAt = now + ControlService.span
    let isRemoved = server.map { !$0.isInPlace } ?? false
    if server != nil && !isRemoved { return nil }
    server = nil
    do throws(ControlError) {
      server = try ControlServer(path: path, group: group)
      defer { isFailing = false }
      return isFailing || isRemoved
        ? LogEntry(
          .controlFailing,
          isRemoved
            ? "the control socket had been removed; it is served again" : "the control socket is served",
          priority: .notice) : nil
    } catch {
      defer { isFailing = true }
      return isFailing ? nil : LogEntry(.controlFailing, "the control socket cannot be served: \(error)")
    }
  }

  /// Serves another socket, or another group, from now on.
  mutating func move(to path: String, group: String?) {
    guard path != self.path || group != self.group else { return }
    server?.close()
    server = nil
    self.path = path
    self.group = group
    isFailing = false
    lookAt = MonotonicTime(nanoseconds: 0)
  }

  func addDescriptors(to poll: inout Poll) { server?.addDescriptors(to: &poll) }

  func service(_ poll: Poll, hasNews: Bool, answer: (JSONValue, Bool) -> ControlAnswer) {
    server?.service(poll, hasNews: hasNews, answer: answer)
  }

  func close() { server?.close() }
}
