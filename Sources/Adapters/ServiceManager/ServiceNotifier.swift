import CSystemd
import Glibc

/// Tells systemd how the service is (sd_notify(3)). Without systemd, that is without `NOTIFY_SOCKET`, nothing happens.
public struct ServiceNotifier: Sendable {
  /// A notifier.
  public init() {}

  /// The service works.
  /// - Parameter status: one line for a person, shown by `systemctl status`.
  public func ready(status: String) { send(["READY=1", line(status)]) }

  /// How the service is, in one line for a person.
  public func status(_ status: String) { send([line(status)]) }

  /// The service reads its settings again; `ready` must follow.
  public func reloading() {
    // systemd holds this clock against its own, so it is CLOCK_MONOTONIC and no other.
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let microseconds = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    send(["RELOADING=1", "MONOTONIC_USEC=\(microseconds)"])
  }

  /// The service ends.
  public func stopping() { send(["STOPPING=1"]) }

  private func line(_ status: String) -> String { "STATUS=\(SafeText.line(status))" }

  private func send(_ assignments: [String]) {
    sd_notify(0, assignments.joined(separator: "\n"))
  }
}
