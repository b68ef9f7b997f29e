/// Replies that may be longer than a frame: a reader may have thousands of session files, and firmware adds fields to its
/// status. What bounds them is their bytes.
enum LongReply {
  /// Most bytes, the line end not counted: some 52,000 files.
  static let maximumLength = 1 << 20

  private static let names = [CommandName.getStatus, .listFiles].map { Array("\($0.rawValue);".utf8) }

  /// Whether that can be the beginning of such a reply: text only, so that noise is given up as early as in any other
  /// line.
  static func isBeginning(_ bytes: Span<UInt8>) -> Bool {
    let isNamed = names.contains { name in
      guard bytes.count >= name.count else { return false }
      for index in name.indices where bytes[index] != name[index] { return false }
      return true
    }
    guard isNamed else { return false }
    for index in 0..<bytes.count
    where !bytes[index].isPrintable && !FreeText.mayHold(bytes[index], .getStatus) {
      return false
    }
    return true
  }

  /// What fits of a reply that is too long even for this: its fields that are whole. Nil when these are no reply.
  static func cut(_ bytes: [UInt8]) -> Reply? {
    guard let end = bytes.prefix(maximumLength).lastIndex(of: ASCII.semicolon),
      let reply = Reply(line: Array(bytes[...end])), LineResolver.isWhole(reply)
    else { return nil }
    return Reply(name: reply.name, arguments: reply.arguments, raw: reply.raw, isCut: true)
  }
}
