/// The answer to a command: its name, then fields.
public struct Reply: Equatable, Sendable {
  /// The command that it answers.
  public let name: ReplyName
  /// The fields behind the name. A trailing `;` makes no field. Of a reply that came without its line end,
  /// a last field that may have been cut is left out.
  public let arguments: [String]
  /// The bytes of the line, without its end.
  public let raw: [UInt8]

  /// - Parameters:
  ///   - name: the command that it answers.
  ///   - arguments: the fields behind the name.
  ///   - raw: the bytes of the line without its end; made from the fields when left out.
  public init(name: ReplyName, arguments: [String], raw: [UInt8]? = nil) {
    self.name = name
    self.arguments = arguments
    self.raw = raw ?? Array(([name.rawValue] + arguments).joined(separator: ";").utf8)
  }

  /// From a line without its end. Nil unless it is a known name, `;` and printable ASCII.
  public init?(line: [UInt8]) {
    guard let name = Self.name(at: 0, of: line), line.allSatisfy(\.isPrintable) else { return nil }
    var fields = line[(name.rawValue.utf8.count + 1)...].split(
      separator: ASCII.semicolon, omittingEmptySubsequences: false)
    if fields.last?.isEmpty == true { fields.removeLast() }
    self.init(name: name, arguments: fields.map { String(decoding: $0, as: UTF8.self) }, raw: line)
  }

  /// From a line without its end. Nil unless it is a known name, `;` and printable ASCII.
  public init?(line: String) { self.init(line: Array(line.utf8)) }

  /// The line as text.
  public var text: String { String(decoding: raw, as: UTF8.self) }

  func withoutLastArgument() -> Reply { Reply(name: name, arguments: arguments.dropLast(), raw: raw) }

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
