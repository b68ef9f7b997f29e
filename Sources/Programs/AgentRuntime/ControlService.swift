import AgentCore
import ControlSocket
import JSONDocument
import LinuxSystem

/// The control socket, opened again while it cannot be: the daemon works without it.
struct ControlService {
  private let path: String
  private let group: String?
  private var server: ControlServer?
  private var retryAt: MonotonicTime?
  private var isFailing = false

  init(path: String, group: String?) {
    self.path = path
    self.group = group
  }

  /// When it wants to be looked after next.
  var nextDeadline: MonotonicTime? {
    let served = server?.nextDeadline.map(MonotonicTime.init(nanoseconds:))
    return [served, retryAt].compactMap { $0 }.min()
  }

  /// Tries to open it; what there is to tell.
  mutating func open() -> LogEntry? {
    do throws(ControlError) {
      server = try ControlServer(path: path, group: group)
      retryAt = nil
      defer { isFailing = false }
      return isFailing ? LogEntry(.controlFailing, "the control socket is served", priority: .notice) : nil
    } catch {
      retryAt = MonotonicTime(nanoseconds: SystemClock.monotonicNanoseconds) + .seconds(10)
      defer { isFailing = true }
      return isFailing ? nil : LogEntry(.controlFailing, "the control socket cannot be served: \(error)")
    }
  }

  /// Tries again when it is time.
  mutating func retry(at now: MonotonicTime) -> LogEntry? {
    retryAt.map { now >= $0 } ?? false ? open() : nil
  }

  func addDescriptors(to poll: inout Poll) { server?.addDescriptors(to: &poll) }

  func service(_ poll: Poll, answer: (JSONValue) -> JSONValue) { server?.service(poll, answer: answer) }

  func close() { server?.close() }
}
