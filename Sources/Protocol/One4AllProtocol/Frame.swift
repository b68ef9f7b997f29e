/// What the reader said, line by line.
public enum Frame: Equatable, Sendable {
  /// The greeting that may come on connect.
  case hello(Hello)
  /// A detection, pushed or listed.
  case passing(Passing)
  /// The answer to a command.
  case reply(Reply)
  /// The empty line that ends GETPASSINGS and GETFILE.
  case endOfList
  /// Bytes that are no frame, or none that can be trusted.
  case malformed(MalformedFrame)

  /// Whether it is a frame of the protocol. An empty line is one, though it proves no reader: other devices
  /// send it too.
  public var isValid: Bool {
    switch self {
    case .hello, .passing, .reply, .endOfList: true
    case .malformed: false
    }
  }
}

/// A line that begins with `HELLO`.
public struct Hello: Equatable, Sendable {
  /// The whole line.
  public let text: String

  /// - Parameter text: the whole line, with its `HELLO`.
  public init(text: String) { self.text = text }
}

/// Bytes that are no frame.
public struct MalformedFrame: Equatable, Sendable {
  /// What is wrong with them.
  public let reason: MalformedReason
  /// The bytes, at most `Framer.maximumFrameLength` of them, without the line end.
  public let raw: [UInt8]

  /// Keeps at most `Framer.maximumFrameLength` bytes.
  public init(reason: MalformedReason, raw: [UInt8]) {
    self.reason = reason
    self.raw = raw.count > Framer.maximumFrameLength ? Array(raw[..<Framer.maximumFrameLength]) : raw
  }

  /// Whether the name of that command stands in it, as at the begin of a reply.
  public func holdsReply(to name: ReplyName) -> Bool {
    raw.indices.contains { raw[$0].isUpperCaseLetter && Reply.name(at: $0, of: raw) == name }
  }

  /// The bytes as text for a person: what is not printable ASCII stands as `\xNN`. At most `limit` bytes.
  public func printable(limit: Int = 64) -> String {
    var text: [UInt8] = []
    for byte in raw.prefix(limit) { Self.append(byte, to: &text) }
    return String(decoding: text, as: UTF8.self)
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// Appends a byte as `printable` shows it.
  public static func append(_ byte: UInt8, to text: inout [UInt8]) {
    if byte.isPrintable {
      text.append(byte)
    } else {
      text += [0x5C, 0x78, hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
    }
  }
}

/// Why bytes are no frame. The raw values are keys in status documents.
public enum MalformedReason: String, Error, CaseIterable, Sendable {
  /// No line end within `Framer.maximumFrameLength` bytes, or `Framer.maximumReplyLength` of a reply that may be long.
  case tooLong = "too_long"
  /// The frame ended before its last field was whole.
  case truncated
  /// Bytes that are no text.
  case noise
  /// Text of another protocol.
  case unrecognised
  /// A name that is no command of this protocol.
  case unknownName = "unknown_name"
  /// A command's name alone: an echo of what we sent, not an answer.
  case noArguments = "no_arguments"
  /// GETSTATUS with fewer than 30 fields, or without serial number, model or firmware version.
  case statusFields = "status_fields"
  /// Two frames ran into each other and it is not certain where the second begins.
  case ambiguousJoin = "ambiguous_join"
  /// Like a passing, but with 9 to 12 fields or with more than 13: of a firmware that is not known, perhaps.
  case fieldCount = "field_count"
  /// A passing's running number: not a number from 1 to 4294967295, or leading zeros.
  case number
  /// A passing's timer code: not 0 to 16 letters and digits.
  case prefix
  /// A passing's chip: not 1 to 32 letters and digits.
  case chip
  /// A passing's date: not `yyyy-MM-dd`, or no such day.
  case date
  /// A passing's time: not `HH:mm:ss.SSS`, or no such time.
  case time
  /// A passing's antenna: not 1 to 8.
  case antenna
  /// A passing's reads: not a number, or leading zeros.
  case reads
  /// A passing's check: not five visible characters, or bytes in front of it that no field has.
  case check
}
