/// The answer to a command: its name, then fields.
public struct Reply: Equatable, Sendable {
  /// The command that it answers.
  public let name: ReplyName
  /// The fields behind the name. A trailing `;` makes no field. Of a reply that came without its line end,
  /// a last field that may have been cut is left out. Bytes beyond ASCII are read as UTF-8, else as Latin-1.
  public let arguments: [String]
  /// The bytes of the line, without its end.
  public let raw: [UInt8]
  /// Whether more of it came than can be kept: then only the fields that fit are here.
  public let isCut: Bool

  /// - Parameters:
  ///   - name: the command that it answers.
  ///   - arguments: the fields behind the name.
  ///   - raw: the bytes of the line without its end; made from the fields when left out.
  ///   - isCut: whether more of it came than is here.
  public init(name: ReplyName, arguments: [String], raw: [UInt8]? = nil, isCut: Bool = false) {
    self.name = name
    self.arguments = arguments
    self.raw = raw ?? Array(([name.rawValue] + arguments).joined(separator: ";").utf8)
    self.isCut = isCut
  }

  /// From a line without its end. Nil unless it is a known name, `;` and printable ASCII; of PASSINGS also letters beyond
  /// ASCII, of a status and a list of files any byte but NUL and line ends.
  public init?(line: [UInt8]) {
    guard let name = Self.name(at: 0, of: line) else { return nil }
    guard line.allSatisfy({ $0.isPrintable || FreeText.mayHold($0, name) }) else { return nil }
    var fields = line[(name.rawValue.utf8.count + 1)...].split(
      separator: ASCII.semicolon, omittingEmptySubsequences: false)
    if fields.last?.isEmpty == true { fields.removeLast() }
    self.init(name: name, arguments: fields.map { FreeText.decode($0) }, raw: line)
  }

  /// From a line without its end, as from its bytes.
  public init?(line: String) { self.init(line: Array(line.utf8)) }

  /// The line as text.
  public var text: String { FreeText.decode(line: raw) }

  func withoutLastArgument() -> Reply {
    Reply(name: name, arguments: arguments.dropLast(), raw: raw, isCut: isCut)
  }

  /// The reply that was found in a legible line, as the line really said it; nil when a reply to that command has no such
  /// letters.
  func reading(_ bytes: [UInt8]) -> Reply? {
    guard bytes != raw else { return self }
    guard let reply = Reply(line: bytes) else { return nil }
    return reply.arguments.count > arguments.count ? reply.withoutLastArgument() : reply
  }

  /// The command name that stands at `start` with a `;` behind it.
  static func name(at start: Int, of line: [UInt8]) -> CommandName? {
    guard start < line.count else { return nil }
    return names.first { candidate in
      let end = start + candidate.bytes.count
      return end < line.count && line[start] == candidate.bytes[0] && line[end] == ASCII.semicolon
        && line[start..<end].elementsEqual(candidate.bytes)
    }?.name
  }

  static let names = CommandName.allCases.map { (name: $0, bytes: Array($0.rawValue.utf8)) }
}
