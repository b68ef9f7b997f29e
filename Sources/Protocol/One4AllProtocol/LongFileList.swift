/// A reply to LISTFILES that is longer than any other frame: a reader may have thousands of session files. Only names
/// of the usual form are taken, each of which can be told from noise byte by byte; so a line that merely begins like
/// such a reply is given up as early as any other.
enum LongFileList {
  /// Most bytes, the line end not counted: 2,457 names.
  static let maximumLength = 49_152

  private static let name = Array("LISTFILES;".utf8)
  /// A digit stands for any.
  private static let pattern = Array("00000000-000000.csv;".utf8)

  /// Whether that can be the beginning of such a reply.
  static func isBeginning(_ bytes: Span<UInt8>) -> Bool {
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if index < name.count {
        if byte != name[index] { return false }
        continue
      }
      let expected = pattern[(index - name.count) % pattern.count]
      guard expected.isDigit ? byte.isDigit : byte == expected else { return false }
    }
    return true
  }

  /// The reply, when that is a whole one without its line end; the last name may have its `;` or not.
  static func reply(_ line: [UInt8]) -> Reply? {
    let rest = (line.count - name.count) % pattern.count
    guard line.count > name.count, rest == 0 || rest == pattern.count - 1, isBeginning(line.span) else {
      return nil
    }
    return Reply(line: line)
  }
}
