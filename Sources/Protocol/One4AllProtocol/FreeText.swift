/// Text in replies that people, or other firmware, have chosen: names of owners, models, zones, files and chips. It is
/// ASCII most of the time, and else UTF-8 or an eight-bit character set, which is taken for Latin-1. Everywhere else a
/// byte beyond ASCII is damage: in the other replies, and in passings.
///
/// In a status and a list of files, where one odd name must not hide all the others, any other byte but NUL and a line end
/// may stand as well: it is damage of its field alone.
enum FreeText {
  /// Whether that byte, which is not printable ASCII, may stand in a reply to that command.
  static func mayHold(_ byte: UInt8, _ name: CommandName) -> Bool {
    switch name {
    case .getStatus, .listFiles: byte != 0 && byte != ASCII.carriageReturn && byte != ASCII.lineFeed
    case .passings: isLetter(byte)
    case .ping, .getProtocol, .setProtocol, .readBattery, .getTime, .setTime, .start, .stop, .newFile,
      .pushTags, .getPassings, .getFileInfo, .getFile, .clearFiles, .setBounce, .setBuzzer:
      false
    }
  }

  /// A byte of UTF-8 or of an eight-bit character set; never NUL or 0xFF, the noise of an opened line.
  private static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x80 && byte != 0xFF }

  private static let greeting = Array("HELLO".utf8)

  /// The line as ASCII, so that the frames in it can be found: in replies that may hold free text, up to the next frame
  /// or noise, each other byte that they may hold is a `?`. It is the same line when there are none.
  static func legible(_ line: [UInt8]) -> [UInt8] {
    guard line.contains(where: { !$0.isPrintable && $0 != ASCII.carriageReturn }) else { return line }
    var legible = line
    var free: CommandName?
    var index = 0
    while index < line.count {
      let byte = line[index]
      var width = 1
      if !byte.isPrintable {
        if let name = free, mayHold(byte, name) {
          legible[index] = UInt8(ascii: "?")
        } else if !isLetter(byte) {
          free = nil
        }
      } else if byte.isUpperCaseLetter {
        if let name = Reply.name(at: index, of: line) {
          free = name
          width = name.rawValue.utf8.count
        } else if line[index...].starts(with: greeting) {
          free = nil
        }
      }
      index += width
    }
    return legible
  }

  /// What bytes say. What no text has stands as U+FFFD.
  static func decode(_ bytes: ArraySlice<UInt8>) -> String {
    if bytes.allSatisfy(\.isPrintable) { return String(decoding: bytes, as: UTF8.self) }
    let isUnicode = String(validating: bytes, as: UTF8.self) != nil
    var scalars = String.UnicodeScalarView()
    for scalar in isUnicode
      ? Array(String(decoding: bytes, as: UTF8.self).unicodeScalars) : bytes.map(UnicodeScalar.init)
    {
      let isText = scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value)
      scalars.append(isText ? scalar : "\u{FFFD}")
    }
    return String(scalars)
  }

  /// What a whole line says, field by field: each may be of another character set.
  static func decode(line: [UInt8]) -> String {
    if line.allSatisfy(\.isPrintable) { return String(decoding: line, as: UTF8.self) }
    return line.split(separator: ASCII.semicolon, omittingEmptySubsequences: false).map { decode($0) }
      .joined(separator: ";")
  }
}
