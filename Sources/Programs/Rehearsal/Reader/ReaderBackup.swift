/// A backup file that is no backup file; the text names the line.
public struct ReaderBackupError: Error, Equatable, CustomStringConvertible {
  /// One line for a person.
  public let description: String
}

/// Backup files of a One4All 5: passing frames, one a line, LF or CR LF, no header.
public enum ReaderBackup {
  /// All passings of a file, in its order; empty lines are passed over.
  public static func parse(_ bytes: [UInt8]) throws(ReaderBackupError) -> [RecordedPassing] {
    var passings: [RecordedPassing] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    {
      let text = String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
      if text.isEmpty { continue }
      guard let passing = passing(in: text) else {
        throw ReaderBackupError(
          description:
            "line \(index + 1): not NUMBER;CODE;CHIP;DATE;TIME;ANTENNA;READS;CHECK, nor with five fields in front of CHECK"
        )
      }
      passings.append(passing)
    }
    guard !passings.isEmpty else { throw ReaderBackupError(description: "it has no passings") }
    return passings
  }

  private static func passing(in line: String) -> RecordedPassing? {
    let fields = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 8 || fields.count == 13, let number = Int(fields[0]), number > 0,
      fields[1].utf8.count <= 16, 1...32 ~= fields[2].utf8.count,
      (fields[1] + fields[2]).allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }),
      fields[4].utf8.count == 12, let time = ReaderTime.parse(date: fields[3], time: fields[4]),
      let antenna = Int(fields[5]), (1...8).contains(antenna), let reads = Int(fields[6]),
      reads >= 0,
      let check = fields.last, check.utf8.count == 5
    else { return nil }
    return RecordedPassing(
      prefix: fields[1], chip: fields[2], localMilliseconds: time, antenna: antenna, reads: reads,
      more: Array(fields[7..<fields.count - 1]), check: check)
  }
}
