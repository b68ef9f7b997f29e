import AgentCore

/// What the readers of long runs send: passings of 8 or 13 fields, ordinary chips or those of FREE readers, and a status
/// that names the code of the chips, another one, or none; over lines of which two in three flip bits of all of it, and one in two of those of commands, too.
enum WildForm {
  /// Orders to the simulated reader.
  /// - Parameter isFlipping: false where nothing confirms what is pushed.
  static func orders(using random: inout RandomSource, isFlipping: Bool = true) -> [String] {
    let form = Bool.random(using: &random) ? "form 13" : "form 8"
    let chips = Bool.random(using: &random) ? "free-chips on" : "free-chips off"
    let codes = ["status-field 7 off", "status-field 7", "status-field 7 EV2026"]
    let share = ["0", "0.0003", "0.001"].randomElement(using: &random) ?? "0"
    let isMisheard = Bool.random(using: &random)
    return [
      form, chips, codes.randomElement(using: &random) ?? codes[0], "flip \(isFlipping ? share : "0")",
      "mishear \(isFlipping && isMisheard ? share : "0")",
    ]
  }
}
