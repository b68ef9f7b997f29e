import One4AllProtocol

/// What the reader says that cannot be read, or only in part. It is told once, whatever it says meanwhile.
struct StrangeReplies: Sendable {
  /// The fields that were told, by their places.
  private var told: [Int] = []
  /// Bytes that hold the name of the command under way, and are no frame.
  private var unreadable: MalformedFrame?

  /// Whether other fields are strange than those that were told.
  mutating func areNew(_ fields: [StrangeField]) -> Bool {
    let places = fields.map(\.field.rawValue)
    defer { told = places }
    return told != places
  }

  /// Bytes came that are no frame, while a command was under way.
  mutating func heard(_ frame: MalformedFrame, during command: Command?) {
    if let command, frame.holdsReply(to: command.replyName) { unreadable = frame }
  }

  /// What came in place of the reply to the command that has ended; nil when nothing did.
  mutating func takeUnreadable() -> MalformedFrame? {
    defer { unreadable = nil }
    return unreadable
  }

  /// Another line, or the same one opened again.
  mutating func forget() {
    unreadable = nil
  }

  /// What is strange about a status, for a person.
  static func words(for fields: [StrangeField]) -> String {
    let fields = fields.map { "field \($0.field.rawValue), \($0.field.name): \"\($0.text)\"" }
    return "the reader's GETSTATUS cannot be read in full; the rest of it is used, but not "
      + fields.joined(separator: "; ")
  }

  /// Why a reply that came could not be used, for a person, without what it says.
  static func words(for frame: MalformedFrame, to command: Command) -> String {
    "the reader's reply to \(command.text) cannot be used" + reason(of: frame)
  }

  private static func reason(of frame: MalformedFrame) -> String {
    guard let reply = Reply(line: frame.raw), reply.name == .getStatus else { return "" }
    do throws(StatusError) {
      _ = try ReaderStatus(reply: reply)
      return ""
    } catch {
      switch error {
      case .tooFewFields(let count):
        return ", as it has \(count) fields and not \(ReaderStatus.minimumFieldCount)"
      case .noSerialNumber: return ", as it names no serial number"
      case .noModel: return ", as it names no model"
      case .noFirmware: return ", as it names no firmware"
      case .otherCommand, .refused: return ""
      }
    }
  }
}
