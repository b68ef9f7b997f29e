import ProgramArguments

/// `one4all-sim reader`, where the reader is not built in.
enum ReaderCommand {
  static func run(_ arguments: [String]) -> Int32 {
    Output.complain("one4all-sim reader: this build has no reader\n")
    return ExitCode.unavailable.rawValue
  }
}
