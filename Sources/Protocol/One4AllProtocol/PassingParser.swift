extension Passing {
  /// Parses a frame without its line end. Nothing is allocated; a wrong frame throws what is wrong with it.
  public init(parsing frame: borrowing Span<UInt8>) throws(MalformedReason) {
    if let passing = Self.usual(frame) {
      self = passing
    } else {
      try self.init(fieldByField: frame)
    }
  }

  /// Parses a frame without its line end.
  public init(parsing frame: [UInt8]) throws(MalformedReason) { try self.init(parsing: frame.span) }

  /// A frame of the usual shape; nil for any other. It is given the room and the line end that `UsualPassing`
  /// wants.
  private static func usual(_ frame: borrowing Span<UInt8>) -> Passing? {
    let length = frame.count
    let lengths = UsualPassing.shortestLength - 1...UsualPassing.windowLength - 2
    guard lengths ~= length else { return nil }
    var window = InlineArray<64, UInt8>(repeating: 0)
    var bytes = window.mutableSpan
    bytes.copy(copy frame, from: 0, length: length, to: 0)
    bytes[length] = ASCII.carriageReturn
    bytes[length + 1] = ASCII.lineFeed
    var date = KnownDate()
    guard let usual = UsualPassing(at: 0, in: window.span, date: &date), usual.length == length + 2 else {
      return nil
    }
    return usual.passing
  }

  /// Parses a frame of any shape without its line end: one field after the other, so that a wrong frame
  /// throws the reason of its first wrong field.
  package init(fieldByField frame: borrowing Span<UInt8>) throws(MalformedReason) {
    let separator = Self.endOfDigits(in: frame, from: 0)
    let number = try Self.number(in: frame, 0..<separator, orThrow: .number)
    guard number >= 1 else { throw .number }
    self = try Self.body(of: frame, from: separator, number: number)
  }

  /// From the separator behind the number up to the one before the reads every field has a fixed width:
  /// `;MC;02976;2019-12-12;09:02:07.295;3;`
  static let fixedWidth = 36
  /// One digit of reads, its separator, five characters of check.
  static let shortestTail = 7

  /// `HELLO`
  static let greeting: UInt64 = 0x48_454C_4C4F

  /// What stands behind the number, whose separator is at `start`.
  static func body(
    of frame: borrowing Span<UInt8>, from start: Int, number: UInt32
  ) throws(MalformedReason) -> Passing {
    guard frame.count - start >= fixedWidth + shortestTail else {
      throw reasonOfShort(frame, from: start)
    }
    guard frame[start] == ASCII.semicolon else { throw .number }
    let prefix = ChipPrefix(uncheckedFirst: frame[start + 1], second: frame[start + 2])
    guard prefix.first.isLetter, prefix.second.isLetter, frame[start + 3] == ASCII.semicolon else {
      throw .prefix
    }
    let chipHead = try digits(2, in: frame, at: start + 4, orThrow: .chip)
    let chipTail = try digits(3, in: frame, at: start + 6, orThrow: .chip)
    guard frame[start + 9] == ASCII.semicolon else { throw .chip }
    let day = try daysSince1970(in: frame, at: start + 10)
    guard frame[start + 20] == ASCII.semicolon else { throw .date }
    let time = try millisecondOfDay(in: frame, at: start + 21)
    guard frame[start + 33] == ASCII.semicolon else { throw .time }
    let antenna = frame[start + 34].digitValue
    guard 1...8 ~= antenna, frame[start + 35] == ASCII.semicolon else { throw .antenna }
    let readsEnd = endOfDigits(in: frame, from: start + fixedWidth)
    let reads = try self.number(in: frame, start + fixedWidth..<readsEnd, orThrow: .reads)
    let check = try checkCode(in: frame, behind: readsEnd)
    return Passing(
      uncheckedNumber: number, prefix: prefix, chip: UInt32(chipHead * 1000 + chipTail),
      localMilliseconds: Int64(day) * 86_400_000 + Int64(time), antenna: antenna, reads: reads, check: check)
  }

  static func endOfDigits(in frame: borrowing Span<UInt8>, from start: Int) -> Int {
    var end = start
    while end < frame.count, frame[end].isDigit { end += 1 }
    return end
  }

  /// A decimal number without leading zeros that fits 32 bits.
  static func number(
    in frame: borrowing Span<UInt8>, _ range: Range<Int>, orThrow reason: MalformedReason
  ) throws(MalformedReason) -> UInt32 {
    guard 1...10 ~= range.count, frame[range.lowerBound] != ASCII.zero || range.count == 1 else {
      throw range.isEmpty && range.lowerBound == frame.count ? .truncated : reason
    }
    var value: UInt64 = 0
    for index in range { value = value &* 10 &+ UInt64(frame[index].digitValue) }
    guard let number = UInt32(exactly: value) else { throw reason }
    return number
  }

  @inline(__always)
  private static func digits(
    _ count: Int, in frame: borrowing Span<UInt8>, at start: Int, orThrow reason: MalformedReason
  ) throws(MalformedReason) -> Int {
    var value = 0
    for index in start..<start + count {
      let digit = frame[index].digitValue
      guard digit < 10 else { throw reason }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }

  private static func daysSince1970(
    in frame: borrowing Span<UInt8>, at start: Int
  ) throws(MalformedReason) -> Int {
    let year = try digits(4, in: frame, at: start, orThrow: .date)
    let month = try digits(2, in: frame, at: start + 5, orThrow: .date)
    let day = try digits(2, in: frame, at: start + 8, orThrow: .date)
    guard frame[start + 4] == ASCII.dash, frame[start + 7] == ASCII.dash, year >= 1, 1...12 ~= month,
      day >= 1, day <= Calendar.days(in: month, of: year)
    else { throw .date }
    return Calendar.daysSince1970(year: year, month: month, day: day)
  }

  private static func millisecondOfDay(
    in frame: borrowing Span<UInt8>, at start: Int
  ) throws(MalformedReason) -> Int {
    let hour = try digits(2, in: frame, at: start, orThrow: .time)
    let minute = try digits(2, in: frame, at: start + 3, orThrow: .time)
    let second = try digits(2, in: frame, at: start + 6, orThrow: .time)
    let millisecond = try digits(3, in: frame, at: start + 9, orThrow: .time)
    guard frame[start + 2] == ASCII.colon, frame[start + 5] == ASCII.colon, frame[start + 8] == ASCII.dot,
      hour < 24, minute < 60, second < 60
    else { throw .time }
    return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
  }

  private static func checkCode(
    in frame: borrowing Span<UInt8>, behind separator: Int
  ) throws(MalformedReason) -> CheckCode {
    guard separator < frame.count else { throw .truncated }
    guard frame[separator] == ASCII.semicolon else { throw .reads }
    var packed: UInt64 = 0
    var index = separator + 1
    while index < frame.count {
      let byte = frame[index]
      if byte == ASCII.semicolon { throw .fieldCount }
      guard CheckCode.isAllowed(byte) else { throw .check }
      packed = packed << 8 | UInt64(byte)
      index += 1
    }
    switch index - separator - 1 {
    case 5:
      // Cut in front of its check, then the bare greeting of a reader that restarts.
      if packed == greeting { throw .check }
      return CheckCode(unchecked: packed)
    case ..<5: throw .truncated
    case _: throw .check
    }
  }

  /// What is wrong with a frame that is shorter than any passing: the first byte that does not belong, or
  /// `truncated` when every byte is where it should be.
  private static func reasonOfShort(_ frame: borrowing Span<UInt8>, from start: Int) -> MalformedReason {
    for index in start..<max(start, min(frame.count, start + fixedWidth)) {
      let byte = frame[index]
      switch index - start {
      case 0: if byte != ASCII.semicolon { return .number }
      case 1, 2: if !byte.isLetter { return .prefix }
      case 3: if byte != ASCII.semicolon { return .prefix }
      case 4...8: if !byte.isDigit { return .chip }
      case 9: if byte != ASCII.semicolon { return .chip }
      case 14, 17: if byte != ASCII.dash { return .date }
      case 20: if byte != ASCII.semicolon { return .date }
      case 10...19: if !byte.isDigit { return .date }
      case 23, 26: if byte != ASCII.colon { return .time }
      case 29: if byte != ASCII.dot { return .time }
      case 33: if byte != ASCII.semicolon { return .time }
      case 21...32: if !byte.isDigit { return .time }
      case 34: if !(1...8 ~= byte.digitValue) { return .antenna }
      case _: if byte != ASCII.semicolon { return .antenna }
      }
    }
    let reads = start + fixedWidth
    guard reads < frame.count else { return .truncated }
    let separator = endOfDigits(in: frame, from: reads)
    guard separator > reads else { return .reads }
    guard separator < frame.count else { return .truncated }
    guard frame[separator] == ASCII.semicolon else { return .reads }
    for index in separator + 1..<frame.count where !CheckCode.isAllowed(frame[index]) {
      return frame[index] == ASCII.semicolon ? .fieldCount : .check
    }
    return .truncated
  }
}
