import AgentStore
import Configuration
import LinuxSystem
import ProgramArguments

/// Why the daemon could not start. Once it has started, nothing outside ends it.
enum StartError: Error, CustomStringConvertible {
  case configuration(ConfigurationErrors)
  case key(APIKeyError)
  case store(StoreError)
  case system(SystemError)

  var description: String {
    switch self {
    case .configuration(let errors): "the configuration is wrong:\n\(errors)".trimmingNewline
    case .key(let error): "\(error)"
    case .store(let error): "\(error)"
    case .system(let error): "\(error)"
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .configuration, .key: .configuration
    case .store(.inUse): .unavailable
    case .store, .system: .systemError
    }
  }
}

extension String {
  var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
