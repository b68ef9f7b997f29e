import AgentCore

/// Names of files and folders made of a reader's words, which may be any bytes.
enum BackupName {
  private static let longest = 120

  /// The words if they are a harmless name; else with `%` and two hex digits for every byte that is not a letter, digit,
  /// `-`, `_`, or a dot inside. No two words give the same name, but for very long ones, which end in a sum of theirs.
  static func safe(_ words: String) -> String {
    var name = ""
    for byte in words.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        name.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: ".") where !name.isEmpty: name += "."
      case _: name += escape(byte)
      }
    }
    if name.isEmpty { return "%" }
    guard name.utf8.count > longest else { return name }
    // FNV-1a.
    let sum = words.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return name.prefix(longest - 17) + "~" + String(sum, radix: 16)
  }

  private static func escape(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
  }

  /// Where the backup of a session file stands in the folder of all.
  static func path(of key: FileKey) -> String { "\(safe(key.serialNumber))/\(safe(key.file))" }
}
