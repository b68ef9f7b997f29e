import AgentCore
import Glibc
import JSONDocument
import ProgramArguments

/// Follows long work of the daemon to its end. On a terminal the progress stands in one line that changes.
struct WorkProgress {
  private static let pause: UInt32 = 100_000

  let configuration: String

  /// Waits for the end of that work.
  /// - Returns: the work as the daemon tells it at the end.
  func follow(_ work: Int64) throws(ToolError) -> JSONValue {
    var progress = ProgressLine()
    while true {
      let now = try DaemonQuestion.ask(
        ["request": "work", "work": .integer(work)], configuration: configuration)
      switch now["state"]?.string.flatMap(WorkList.Work.State.init) {
      case .running?:
        progress.show(WorkProgress.line(now))
        usleep(WorkProgress.pause)
      case .done?, .failed?: return now
      case nil: throw .otherVersion("the daemon tells of work in a way that I do not know")
      }
    }
  }

  static func line(_ work: JSONValue) -> String {
    let done = work["done"]?.count ?? 0
    let message = work["message"]?.string ?? ""
    guard let total = work["total"]?.count, total > 0 else { return message }
    return "\(ProgressLine.words(done, of: total)) \(message)"
  }

  /// Follows the work that an answer names, and says what came of it.
  func finish(_ answer: JSONValue) throws(ToolError) -> ExitCode { try finished(answer).code }

  /// As `finish`, with the work as the daemon tells it at the end.
  func finished(_ answer: JSONValue) throws(ToolError) -> (code: ExitCode, work: JSONValue) {
    guard let number = answer["work"]?.integer else {
      throw .otherVersion("the daemon does not say which work it has begun")
    }
    let end = try follow(number)
    let message = TerminalText.safe(end["message"]?.string ?? "") + "\n"
    if end["state"]?.string == WorkList.Work.State.done.rawValue {
      Output.write(message)
      return (.success, end)
    }
    Output.complain("one4allctl: \(message)")
    return (.failure, end)
  }
}
