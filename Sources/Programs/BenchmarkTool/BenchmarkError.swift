import AgentStore
import Glibc
import LinuxSystem
import ProgramArguments

/// Why a benchmark could not run.
enum BenchmarkError: Error, CustomStringConvertible {
  case usage(String)
  case system(SystemError)
  case store(StoreError)
  case wrongResult(String)
  case noPassings(String)

  var description: String {
    switch self {
    case .usage(let text), .wrongResult(let text): text
    case .noPassings(let file): "there is no passing in \(file)"
    case .system(let error): "\(error)"
    case .store(let error): "\(error)"
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .usage: .usage
    case .system(let error):
      switch error.number {
      case ENOENT, ENOTDIR, EISDIR: .noInput
      case EACCES, EPERM: .noPermission
      case _: .systemError
      }
    case .store: .systemError
    case .wrongResult: .failure
    case .noPassings: .dataError
    }
  }
}
