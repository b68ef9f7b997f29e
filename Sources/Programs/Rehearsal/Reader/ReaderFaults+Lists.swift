// What is strange about what the reader lists.
extension ReaderFaults {
  private static let oddNames = [
    "RACE1.csv", "20191112-090155.CSV", "", "été.csv", "20191112-090155.csv.bak", "20191332-250000.csv",
    "RACE\u{7}.csv", "\u{7F}.csv", "ÿþ.csv",
  ]
  private static let testRead = "VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;0;000"

  /// The names of all files as LISTFILES tells them.
  func listed(_ names: [String]) -> [String] {
    let odd = (0..<oddFiles).map { index in
      index < ReaderFaults.oddNames.count ? ReaderFaults.oddNames[index] : "RACE\(index).csv"
    }
    let more = (0..<moreFiles).map { "20010101-\(ReaderFaults.timeOfDay($0)).csv" }
    let middle = odd.count / 2
    return odd[..<middle] + more + names + odd[middle...]
  }

  /// `HHmmss`
  private static func timeOfDay(_ seconds: Int) -> String {
    [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
  }

  /// The frames of a list, with what comes between them.
  func listed(_ frames: [String], _ random: inout RehearsalRandom) -> [String] {
    guard testReads > 0 else { return frames }
    return frames.flatMap { random.comes(testReads) ? [$0, ReaderFaults.testRead] : [$0] }
  }

  /// A frame as it leaves.
  func encoded(_ frame: String) -> [UInt8] {
    guard isLatin1 else { return Array(frame.utf8) }
    return frame.unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
  }
}
