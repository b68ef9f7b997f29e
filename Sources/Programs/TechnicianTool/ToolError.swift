import AgentCore
import Configuration
import ControlSocket
import LinuxSystem
import ProgramArguments

/// Why a command could not do its work.
enum ToolError: Error, CustomStringConvertible {
  case usage(String)
  case configuration(ConfigurationErrors)
  case control(ControlError)
  case line(LineFailure)
  case reader(String)
  case otherVersion(String)
  case stalled(String)
  case output(SystemError)

  var description: String {
    switch self {
    case .usage(let text), .reader(let text), .stalled(let text): text
    case .otherVersion(let text): "\(text): are tool and daemon of the same version?"
    case .configuration(let errors):
      "the configuration is wrong:\n" + errors.problems.map { "\($0)" }.joined(separator: "\n")
    case .control(let error): "\(error)"
    case .output(let error): "\(error)"
    case .line(.busy(let path, let holder)) where holder?.name == "one4alld":
      "\(path) is in use by \(holder.map { "\($0)" } ?? ""): the daemon has it; ask it by one4allctl status"
    case .line(.notPermitted(let path)):
      "no permission to open \(path): join its group (`ls -lL \(path)` shows it, `usermod -aG` adds you; then log"
        + " in again), or use sudo"
    case .line(let failure): "\(failure)"
    }
  }

  /// Whether it may be over in a moment: the daemon is being started anew, or has gone in the middle.
  var isPassing: Bool {
    switch self {
    case .control(.notRunning), .control(.timedOut), .control(.closed): true
    case .control, .usage, .configuration, .line, .reader, .otherVersion, .stalled, .output: false
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .usage: .usage
    case .configuration: .configuration
    case .output: .systemError
    case .control(.notPermitted), .line(.notPermitted): .noPermission
    case .control(.refused): .failure
    case .control, .line, .reader, .otherVersion, .stalled: .unavailable
    }
  }
}
