import LinuxSystem

/// Why the control socket cannot be served or asked. The texts name the remedy.
public enum ControlError: Error, Equatable, CustomStringConvertible {
  /// Nobody serves the socket.
  case notRunning(path: String)
  /// The user may not connect.
  case notPermitted(path: String)
  /// No answer in time.
  case timedOut(path: String)
  /// The daemon closed the connection without an answer.
  case closed(path: String)
  /// The answer is no line of JSON, or longer than `ControlLimits.reply`.
  case unreadable(path: String, reason: String)
  /// The daemon answered with an error.
  case refused(reason: String)
  /// Another daemon serves the socket.
  case inUse(path: String)
  /// The group that may connect does not exist.
  case unknownGroup(name: String)
  /// A system call failed.
  case failed(SystemError)

  /// One line for a person.
  public var description: String {
    switch self {
    case .notRunning(let path):
      "the daemon does not run: nobody serves \(path); see `systemctl status one4alld`"
    case .notPermitted(let path):
      "no permission to use \(path): join its group (`ls -l \(path)` shows it, `usermod -aG` adds you;"
        + " then log in again), or use sudo"
    case .timedOut(let path):
      "the daemon did not answer on \(path) in time; see `systemctl status one4alld`"
    case .closed(let path):
      "the daemon closed \(path) without an answer; see `journalctl -u one4alld`"
    case .unreadable(let path, let reason):
      "the answer on \(path) cannot be read: \(reason); are tool and daemon of the same version?"
    case .refused(let reason): reason
    case .inUse(let path):
      "another daemon serves \(path); end it first, or set another [control] socket"
    case .unknownGroup(let name):
      "there is no group '\(name)': create it (`groupadd --system \(name)`), or change [control] group"
    case .failed(let error): "control socket: \(error)"
    }
  }
}

/// What one side of the control socket may ask of the other.
public enum ControlLimits {
  /// Connections at a time: more than there are people and programs that look after one box.
  public static let clients = 16
  /// Bytes of a request, its newline not counted: 1,000 passings of an import.
  public static let request = 65_536
  /// Bytes of a reply, its newline not counted: 500 passings with all that is known of them are a third of it.
  public static let reply = 1 << 20
  /// Bytes of replies that are not taken yet, of all clients together: one slow reader must not make the others' memory.
  public static let replies = 4 << 20
  /// So long may a client take to ask, to send its request, and to take the reply, each; then its connection is closed.
  public static let idle = Duration.seconds(30)
  /// A connection on which one step has taken so long gives way to a new client when all places are taken.
  public static let patience = Duration.seconds(1)
  /// The same for one on which nothing was ever sent.
  public static let silentPatience = Duration.milliseconds(100)
}
