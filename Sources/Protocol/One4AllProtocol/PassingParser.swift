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
    return usual.shortPassing
  }

  /// Parses a frame of any shape without its line end: one field after the other, so that a wrong frame
  /// throws the reason of its first wrong field.
  package init(fieldByField frame: borrowing Span<UInt8>) throws(MalformedReason) {
    var room: [UInt8] = []
    try self.init(fieldByField: frame, &room)
  }

  /// The same; what a usual passing has not goes into `room`, which is memory to use again once nobody holds the passing
  /// any more that was there before.
  init(fieldByField frame: borrowing Span<UInt8>, _ room: inout [UInt8]) throws(MalformedReason) {
    let separator = Self.endOfDigits(in: frame, from: 0)
    let number = try Self.number(in: frame, 0..<separator, orThrow: .number)
    guard number >= 1 else { throw .number }
    self = try Self.body(of: frame, from: separator, number: number, &room)
  }

  /// What stands behind the number, whose separator is at `start`.
  static func body(
    of frame: borrowing Span<UInt8>, from start: Int, number: UInt32, _ room: inout [UInt8]
  ) throws(MalformedReason) -> Passing {
    var place = start
    try pass(in: frame, &place, orThrow: .number)
    let timerCode = try code(upTo: TimerCode.longest, in: frame, &place, orThrow: .prefix)
    let chip = try code(upTo: ChipCode.longest, in: frame, &place, orThrow: .chip)
    guard !chip.isEmpty else { throw .chip }
    let day = try daysSince1970(in: frame, &place)
    let time = try millisecondOfDay(in: frame, &place)
    guard place < frame.count else { throw .truncated }
    let antenna = frame[place].digitValue
    guard 1...8 ~= antenna else { throw .antenna }
    place += 1
    try pass(in: frame, &place, orThrow: .antenna)
    let readsEnd = endOfDigits(in: frame, from: place)
    let reads = try self.number(in: frame, place..<readsEnd, orThrow: .reads)
    place = readsEnd
    try pass(in: frame, &place, orThrow: .reads)
    let tail = try PassingTail(frame, from: place)
    let usualChip = usualChip(in: frame, timerCode, chip)
    if usualChip == 0 {
      room.replaceAll(with: copy frame, timerCode.lowerBound..<chip.upperBound)
      if let fields = tail.fields { room.append(copy frame, fields.lowerBound - 1..<fields.upperBound) }
    } else if let fields = tail.fields {
      room.replaceAll(with: copy frame, fields)
    }
    return Passing(
      uncheckedNumber: number,
      usualChip: usualChip, more: usualChip == 0 || tail.fields != nil ? room : nil,
      isLong: tail.fields != nil, localMilliseconds: Int64(day) * 86_400_000 + Int64(time), antenna: antenna,
      reads: reads, check: tail.check)
  }

  /// The number of five digits and above it the timer code's two letters; 0 for any others.
  private static func usualChip(
    in frame: borrowing Span<UInt8>, _ timerCode: Range<Int>, _ chip: Range<Int>
  ) -> UInt64 {
    guard timerCode.count == 2, chip.count == 5 else { return 0 }
    for index in timerCode where !frame[index].isLetter { return 0 }
    var number: UInt64 = 0
    for index in chip {
      let digit = frame[index].digitValue
      guard digit < 10 else { return 0 }
      number = number &* 10 &+ UInt64(digit)
    }
    return number | frame.text(timerCode, part: 0) << 32
  }

  /// Passes over a separator.
  private static func pass(
    in frame: borrowing Span<UInt8>, _ place: inout Int, orThrow reason: MalformedReason
  ) throws(MalformedReason) {
    guard place < frame.count else { throw .truncated }
    guard frame[place] == ASCII.semicolon else { throw reason }
    place += 1
  }

  /// Letters and digits up to a separator, which is passed over.
  private static func code(
    upTo longest: Int, in frame: borrowing Span<UInt8>, _ place: inout Int, orThrow reason: MalformedReason
  ) throws(MalformedReason) -> Range<Int> {
    let start = place
    while place < frame.count, frame[place].isLetterOrDigit { place += 1 }
    guard place - start <= longest else { throw reason }
    let end = place
    try pass(in: frame, &place, orThrow: reason)
    return start..<end
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

  /// `2019-12-12;`, passed over.
  private static func daysSince1970(
    in frame: borrowing Span<UInt8>, _ place: inout Int
  ) throws(MalformedReason) -> Int {
    let start = place
    guard frame.count - start >= 10 else {
      throw isBeginning(of: dateShape, frame, from: start) ? .truncated : .date
    }
    let year = try digits(4, in: frame, at: start, orThrow: .date)
    let month = try digits(2, in: frame, at: start + 5, orThrow: .date)
    let day = try digits(2, in: frame, at: start + 8, orThrow: .date)
    guard frame[start + 4] == ASCII.dash, frame[start + 7] == ASCII.dash, year >= 1, 1...12 ~= month,
      day >= 1, day <= Calendar.days(in: month, of: year)
    else { throw .date }
    place = start + 10
    try pass(in: frame, &place, orThrow: .date)
    return Calendar.daysSince1970(year: year, month: month, day: day)
  }

  /// `09:02:07.295;`, passed over.
  private static func millisecondOfDay(
    in frame: borrowing Span<UInt8>, _ place: inout Int
  ) throws(MalformedReason) -> Int {
    let start = place
    guard frame.count - start >= 12 else {
      throw isBeginning(of: timeShape, frame, from: start) ? .truncated : .time
    }
    let hour = try digits(2, in: frame, at: start, orThrow: .time)
    let minute = try digits(2, in: frame, at: start + 3, orThrow: .time)
    let second = try digits(2, in: frame, at: start + 6, orThrow: .time)
    let millisecond = try digits(3, in: frame, at: start + 9, orThrow: .time)
    guard frame[start + 2] == ASCII.colon, frame[start + 5] == ASCII.colon, frame[start + 8] == ASCII.dot,
      hour < 24, minute < 60, second < 60
    else { throw .time }
    place = start + 12
    try pass(in: frame, &place, orThrow: .time)
    return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
  }

  private static let dateShape = Array("0000-00-00".utf8)
  private static let timeShape = Array("00:00:00.000".utf8)

  /// Whether the rest of a frame begins as such a text; 0 stands for any digit.
  private static func isBeginning(
    of shape: [UInt8], _ frame: borrowing Span<UInt8>, from start: Int
  ) -> Bool {
    for index in start..<frame.count {
      let expected = shape[index - start]
      guard expected == ASCII.zero ? frame[index].isDigit : frame[index] == expected else { return false }
    }
    return true
  }
}
