import ProgramArguments

/// On a terminal, how far long work has come, in one line that changes; elsewhere nothing.
struct ProgressLine: ~Copyable {
  private var isShown = false

  /// Shows that instead of what was shown before.
  mutating func show(_ text: String) {
    guard Output.isErrorTerminal else { return }
    Output.complain("\r\u{1B}[K" + TerminalText.safe(text))
    isShown = true
  }

  /// So many of all.
  static func words(_ done: Int64, of total: Int64) -> String {
    "\(done) of \(total) (\(done * 100 / max(1, total)) %)"
  }

  deinit { if isShown { Output.complain("\r\u{1B}[K") } }
}
