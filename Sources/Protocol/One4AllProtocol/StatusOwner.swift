/// The owner in a status, field 6, is whatever people have typed, accents included, while all else is ASCII. So that
/// a name does not cost the whole status, its letters beyond ASCII are read as `?`, one a byte.
enum StatusOwner {
  private static let start: [UInt8] = Array("GETSTATUS;".utf8)
  private static let field = 6

  /// The line, with an owner that can be read; as it is when it is no status.
  static func legible(_ line: [UInt8]) -> [UInt8] {
    guard line.starts(with: start), let foreign = line.firstIndex(where: isLetterBeyondASCII) else {
      return line
    }
    // The owner lies between the sixth and the seventh separator.
    var separators = 0
    var owner: Range<Int>?
    var begin = 0
    for index in line.indices where line[index] == ASCII.semicolon {
      separators += 1
      if separators == field { begin = index + 1 }
      if separators == field + 1 {
        owner = begin..<index
        break
      }
    }
    guard let owner, owner.contains(foreign) else { return line }
    var legible = line
    for index in owner where isLetterBeyondASCII(line[index]) { legible[index] = UInt8(ascii: "?") }
    return legible
  }

  /// A byte of UTF-8 or of an eight-bit character set; never NUL or 0xFF, which are noise.
  private static func isLetterBeyondASCII(_ byte: UInt8) -> Bool { byte >= 0x80 && byte != 0xFF }
}
