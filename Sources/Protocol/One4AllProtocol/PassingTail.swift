/// What stands behind the reads of a passing: its check alone, or EPC, four reserved fields and the check.
struct PassingTail {
  /// Where EPC and reserved fields stand; nil where the check stands alone.
  let fields: Range<Int>?
  let check: CheckCode

  /// Separators between EPC and check.
  private static let separatorCount = 5

  /// - Parameter start: where the field behind the reads begins.
  init(_ frame: borrowing Span<UInt8>, from start: Int) throws(MalformedReason) {
    var separators = 0
    var last = start - 1
    // Hexadecimal digits only: they are no part of another frame.
    var isPlain = true
    for index in start..<frame.count {
      let byte = frame[index]
      if byte == ASCII.semicolon {
        separators += 1
        last = index
        continue
      }
      // Neither the EPC nor a check has blanks.
      guard byte.isPrintable, byte != 0x20 || separators % Self.separatorCount != 0 else { throw .check }
      isPlain = isPlain && (separators >= Self.separatorCount || byte.isHexadecimal)
    }
    let length = frame.count - last - 1
    let isLikeCheck = length == 5
    switch separators {
    case 0:
      // More than five characters may be the beginning of an EPC.
      guard isLikeCheck else { throw .truncated }
      fields = nil
    case Self.separatorCount:
      guard isLikeCheck else { throw length < 5 ? .truncated : .check }
      if !isPlain, Self.mayHoldFrame(frame, start..<last) { throw .ambiguousJoin }
      if Self.mayEndPassing(frame, start..<last) { throw .ambiguousJoin }
      fields = start..<last
    case ..<Self.separatorCount where !isLikeCheck || !Self.isVisible(frame, from: last + 1): throw .truncated
    case _: throw Self.mayHoldFrame(frame, start..<last) ? .ambiguousJoin : .fieldCount
    }
    var packed: UInt64 = 0
    for index in last + 1..<frame.count { packed = packed << 8 | UInt64(frame[index]) }
    if CheckCode.isAnotherFrame(packed) { throw .check }
    check = CheckCode(unchecked: packed)
  }

  private static func isVisible(_ frame: borrowing Span<UInt8>, from start: Int) -> Bool {
    for index in start..<frame.count where !CheckCode.isAllowed(frame[index]) { return false }
    return true
  }

  private static let greeting = Array("HELLO".utf8)

  /// Whether EPC and reserved fields may be a part of another frame, because bytes between the two were lost: they hold
  /// a greeting, the name of a reply, or what a passing has from its time to its reads.
  /// - Parameter range: behind it stands a separator.
  static func mayHoldFrame(_ frame: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
    for index in range {
      let byte = frame[index]
      if byte.isDigit {
        if isTimeToReads(frame, at: index, end: range.upperBound) { return true }
      } else if byte.isUpperCaseLetter {
        if holds(greeting, frame, at: index, end: range.upperBound) { return true }
        for name in Reply.names where holds(name.bytes, frame, at: index, end: range.upperBound) {
          if frame[index + name.bytes.count] == ASCII.semicolon { return true }
        }
      }
    }
    return false
  }

  /// Whether the reserved fields may be the end of another passing, up to its reads, that took the place of empty ones:
  /// `;;07.295;3;4`, or less of it.
  /// - Parameter range: EPC and reserved fields.
  static func mayEndPassing(_ frame: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
    var place = range.upperBound
    while place > range.lowerBound, frame[place - 1].isDigit { place -= 1 }
    guard 1...10 ~= range.upperBound - place, passBack(frame, &place, range) else { return false }
    if frame[place - 1].digitValue &- 1 < 8 {
      place -= 1
      guard passBack(frame, &place, range) else { return false }
      // What was cut off in front of it belongs to the time.
      for expected in timeShape.reversed() where frame[place - 1] != ASCII.semicolon {
        let byte = frame[place - 1]
        guard expected == ASCII.zero ? byte.isDigit : byte == expected else { return false }
        place -= 1
      }
    }
    // What is left of the first passing: its EPC with a separator behind it, and empty fields.
    while place > range.lowerBound, frame[place - 1] == ASCII.semicolon { place -= 1 }
    for index in range.lowerBound..<place where frame[index] == ASCII.semicolon { return false }
    return true
  }

  private static let timeShape = Array("00:00:00.000".utf8)

  /// Passes back over a separator; false where there is none.
  private static func passBack(
    _ frame: borrowing Span<UInt8>, _ place: inout Int, _ range: Range<Int>
  ) -> Bool {
    guard place > range.lowerBound + 1, frame[place - 1] == ASCII.semicolon else { return false }
    place -= 1
    return true
  }

  private static func holds(_ word: [UInt8], _ frame: borrowing Span<UInt8>, at start: Int, end: Int) -> Bool
  {
    guard start + word.count <= end else { return false }
    for index in word.indices where frame[start + index] != word[index] { return false }
    return true
  }

  /// `09:02:07.295;3;4;`, the last separator at `end` at the latest.
  private static func isTimeToReads(_ frame: borrowing Span<UInt8>, at start: Int, end: Int) -> Bool {
    let antenna = start + 13
    guard antenna + 2 < end, FixedFields.preciseTime(in: frame, at: start) != nil,
      frame[start + 12] == ASCII.semicolon, 1...8 ~= frame[antenna].digitValue,
      frame[antenna + 1] == ASCII.semicolon
    else { return false }
    let reads = Passing.endOfDigits(in: frame, from: antenna + 2)
    return reads > antenna + 2 && reads <= end && frame[reads] == ASCII.semicolon
  }
}
