import JSONDocument

/// What a simulated reader has seen and done since it was made.
struct ReaderCounts: Sendable {
  /// Passings kept in a session file.
  var recorded = 0
  /// Reads that the bounce time has swallowed.
  var bounced = 0
  /// Pushed passings that left, whole or not.
  var pushed = 0
  /// Pushed passings that a fault has lost.
  var lost = 0
  /// Frames that ended early.
  var cut = 0
  /// Frames with noise before them.
  var noisy = 0
  /// Bits that were flipped on the line.
  var flipped = 0
  /// Bits that were flipped of what it was told.
  var misheard = 0
  /// Pushed passings with a stray digit before them.
  var digits = 0
  /// Pushed passings in which bytes were replaced.
  var garbled = 0
  /// Pairs of pushed passings of which the first ended early and the next began as late.
  var joined = 0
  /// Bytes from the host.
  var bytesReceived = 0
  /// Commands by name; unknown ones are not among them.
  var commands: [String: Int] = [:]
  /// Lines that are no command of the protocol.
  var unknownCommands = 0
  /// Commands with arguments that make no sense.
  var badArguments = 0
  /// Lines that ended in LF alone, or were too long.
  var badLines = 0
  /// Times that it was started again.
  var reboots = 0

  var document: JSONValue {
    let names = commands.keys.sorted()
    let byName = JSONObject(names.map { .init(name: $0, value: .whole(commands[$0])) })
    return [
      "recorded": .whole(recorded), "bounced": .whole(bounced), "pushed": .whole(pushed),
      "lost": .whole(lost), "cut": .whole(cut), "noisy": .whole(noisy),
      "flipped": .whole(flipped), "misheard": .whole(misheard), "digits": .whole(digits),
      "garbled": .whole(garbled),
      "joined": .whole(joined),
      "bytes_received": .whole(bytesReceived),
      "commands": .object(byName), "unknown_commands": .whole(unknownCommands),
      "bad_arguments": .whole(badArguments), "bad_lines": .whole(badLines), "reboots": .whole(reboots),
    ]
  }
}
