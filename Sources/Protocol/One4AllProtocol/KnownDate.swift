/// The date that was read last. Passings in a row share theirs, and the same characters are the same day:
/// they need no second look.
struct KnownDate: Sendable {
  /// Milliseconds from 1970-01-01 to the begin of that day.
  private(set) var milliseconds: Int64 = 0
  /// Its characters, as `read` is given them; at first those of 1970-01-01.
  private var first: UInt64 = 0x3130_2D30_3739_313B
  private var second: UInt32 = 0x3B31_302D

  /// `;0000-00`: year and month.
  private static let monthShape: UInt64 = 0x3030_2D30_3030_303B
  private static let monthRoom: UInt64 = 0x7676_7F76_7676_767F
  /// `-00;`: day.
  private static let dayShape: UInt64 = 0x3B30_302D
  private static let dayRoom: UInt64 = 0x7F76_767F

  /// Reads a date.
  /// - Parameters:
  ///   - first: `;yyyy-MM`.
  ///   - second: `-dd;` and whatever stands behind it.
  /// - Returns: false when there is no such day; then the date is what it was.
  @inline(__always)
  mutating func read(_ first: UInt64, _ second: UInt64) -> Bool {
    let second = UInt32(truncatingIfNeeded: second)
    return first == self.first && second == self.second || readAnother(first, second)
  }

  @inline(never)
  private mutating func readAnother(_ first: UInt64, _ second: UInt32) -> Bool {
    let month = first ^ Self.monthShape
    let day = UInt64(second) ^ Self.dayShape
    guard
      DigitWord.excess(month, room: Self.monthRoom) | DigitWord.excess(day, room: Self.dayRoom) == 0
    else { return false }
    let monthPairs = DigitWord.pairs(month)
    let yearNumber = Int(DigitWord.byte(1, of: monthPairs) * 100 + DigitWord.byte(3, of: monthPairs))
    let monthNumber = Int(DigitWord.byte(6, of: monthPairs))
    let dayNumber = Int(DigitWord.byte(1, of: DigitWord.pairs(day)))
    guard yearNumber >= 1, 1...12 ~= monthNumber,
      1...Calendar.days(in: monthNumber, of: yearNumber) ~= dayNumber
    else { return false }
    let days = Calendar.daysSince1970(year: yearNumber, month: monthNumber, day: dayNumber)
    self.first = first
    self.second = second
    milliseconds = Int64(days) * 86_400_000
    return true
  }
}
