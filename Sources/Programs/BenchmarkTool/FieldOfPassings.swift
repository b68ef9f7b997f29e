import AgentCore
import One4AllProtocol

/// Passings of one reader, made by number: the same number gives the same passing.
enum FieldOfPassings {
  static let serialNumber = "O4A5-00051"
  static let zone = "Europe/Berlin"
  static let key = FileKey(serialNumber: serialNumber, file: "20260704-090000.csv")
  /// 2026-07-04 09:00:00.000 by the reader's wall clock, read as if it were UTC.
  private static let start: Int64 = 1_783_155_600_000
  private static let ahead: Int64 = 7_200_000

  /// The passings of those numbers, ten a second.
  static func passings(_ numbers: ClosedRange<UInt32>) -> [KeptPassing] {
    guard let prefix = ChipPrefix("MC"), let check = CheckCode("937f6") else { return [] }
    return numbers.compactMap { number in
      let milliseconds = start + Int64(number) * 100
      guard let time = LocalDateTime(millisecondsSince1970: milliseconds),
        let passing = Passing(
          number: number, prefix: prefix, chip: number % 100_000, at: time, antenna: UInt8(1 + number % 8),
          reads: 1 + number % 20, check: check)
      else { return nil }
      return KeptPassing(
        passing: passing, zone: zone, utc: WallTime(milliseconds: milliseconds - ahead),
        arrivedAt: MonotonicTime(nanoseconds: Int64(number) * 100_000_000),
        arrivedWall: WallTime(milliseconds: milliseconds - ahead + 100), hostSynchronised: true,
        origin: .pushed, trust: .believed)
    }
  }
}
