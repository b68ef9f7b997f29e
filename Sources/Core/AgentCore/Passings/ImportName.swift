/// Names that a person may give to what is imported.
public enum ImportName {
  /// Most UTF-8 bytes of a session file's name.
  public static let longestFile = 100
  /// Most characters of a serial number.
  public static let longestSerialNumber = 64

  /// What is wrong with the name of a session file; nil when nothing is.
  public static func fault(ofFile name: String) -> String? {
    guard !name.isEmpty else { return "the name of a session file is empty" }
    guard name.utf8.count <= longestFile else {
      return "the name of a session file has at most \(longestFile) bytes"
    }
    guard name != ".", name != "..", !name.unicodeScalars.contains(where: isUnfit),
      name.first?.isWhitespace == false, name.last?.isWhitespace == false
    else { return "'\(name)' is no name for a session file: no /, nothing invisible, no blank at its ends" }
    return nil
  }

  /// What is wrong with a serial number; nil when nothing is.
  public static func fault(ofSerialNumber name: String) -> String? {
    guard 1...longestSerialNumber ~= name.utf8.count,
      name.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != 0x2F })
    else { return "'\(name)' is no serial number: 1 to \(longestSerialNumber) visible characters, no /" }
    return nil
  }

  private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
    case _: scalar == "/"
    }
  }
}
