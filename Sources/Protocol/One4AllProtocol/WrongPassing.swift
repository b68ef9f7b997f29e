/// Lines in which a passing was meant and nothing else can be: they need no `LineResolver` to be called
/// malformed.
enum WrongPassing {
  /// PING, STOP: no name and no greeting has fewer capital letters.
  private static let fewestCapitalsOfName = 4
  /// Separators of the shortest passing.
  private static let separatorCount = 7
  private static let checkWidth = 5

  /// One word at least; and no more than what byte-wide counts can count.
  private static let lengths = 8...128

  /// The reason that `LineResolver` would give a line which is no passing for `reason`; nil when it has to look
  /// itself, because another frame may stand in the line. None does when the line begins with a digit, or with what
  /// may be a damaged one, has too few separators for a passing to stand behind others, too few capital letters for a
  /// reply or a greeting, and no noise round what may be a good passing.
  static func reason(
    _ line: borrowing Span<UInt8>, _ reason: MalformedReason
  ) -> MalformedReason? {
    guard lengths ~= line.count, line[0].isDigit || LineResolver.mayBeDamagedDigit(line[0]) else {
      return nil
    }
    // Eight counts side by side. Noise may be counted as what it is not, which finds too much, never too little.
    var others: UInt64 = 0
    var capitals: UInt64 = 0
    var words: UInt64 = 0
    var isText = true
    var index = 0
    while index < line.count {
      let word = wordOrRest(of: line, at: index)
      isText = isText && isPrintable(word)
      let ascii = word & ~DigitWord.highBits
      others &+= ones(isAtLeast(1, ascii ^ DigitWord.every(ASCII.semicolon)))
      capitals &+= ones(isAtLeast(0x41, ascii) & ~isAtLeast(0x5B, ascii))
      words &+= 1
      index &+= 8
    }
    let separators = Int(truncatingIfNeeded: words &* 8 &- total(others))
    // More fields than a passing has, and none of them another one's: its reason says so.
    let isOverlong = reason == .fieldCount
    guard separators <= separatorCount || isOverlong,
      total(capitals) < fewestCapitalsOfName || !mayHoldName(line),
      isText || isNoiseWithin(line, reason, separators)
    else { return nil }
    if reason != .number { return reason }
    return reasonOfNumber(line, separators)
  }

  /// Of a line that does not begin with a number.
  private static func reasonOfNumber(_ line: borrowing Span<UInt8>, _ separators: Int) -> MalformedReason? {
    // What begins with a separator is like nothing.
    if line[0] == ASCII.semicolon { return .unrecognised }
    guard line[0].isDigit else {
      // Its first digit may be damaged.
      let end = Passing.endOfDigits(in: line, from: 1)
      return separators == separatorCount && isBody(line, from: end) ? .ambiguousJoin : nil
    }
    let digits = Passing.endOfDigits(in: line, from: 0)
    if digits < line.count, line[digits] == ASCII.semicolon { return .number }
    // A damaged number, or other text that a passing ran into.
    var start = digits
    while start < line.count, line[start] != ASCII.semicolon { start += 1 }
    return separators == separatorCount && isBody(line, from: start) ? .ambiguousJoin : .number
  }

  private static func isBody(_ line: borrowing Span<UInt8>, from start: Int) -> Bool {
    var room: [UInt8] = []
    return (try? Passing.body(of: line, from: start, number: 1, &room)) != nil
  }

  /// Whether a name with its `;` or a greeting may stand in the line. The last field has no `;` behind it, so there
  /// capitals are no name: a check may be made of them.
  private static func mayHoldName(_ line: borrowing Span<UInt8>) -> Bool {
    var last = line.count
    while last > 0, line[last - 1] != ASCII.semicolon { last -= 1 }
    var capitals = 0
    for index in 0..<last where line[index].isUpperCaseLetter { capitals += 1 }
    if capitals >= fewestCapitalsOfName { return true }
    for index in last..<line.count where line[index] == UInt8(ascii: "H") { return true }
    return false
  }

  /// Whether the noise in a line leaves no passing whole: it stands between the separators, or a check of another
  /// length does.
  private static func isNoiseWithin(
    _ line: borrowing Span<UInt8>, _ reason: MalformedReason, _ separators: Int
  ) -> Bool {
    // Behind noise in its number a passing may be whole but for that.
    guard reason != .number, separators <= separatorCount else { return false }
    var noise = 0
    while noise < line.count, line[noise].isPrintable { noise += 1 }
    var separator = line.count - 1
    while separator > 0, line[separator] != ASCII.semicolon { separator -= 1 }
    return noise < separator || noise - separator - 1 != checkWidth
  }

  /// 1 in every byte whose high bit is set.
  @inline(__always)
  private static func ones(_ word: UInt64) -> UInt64 { (word & DigitWord.highBits) &>> 7 }

  /// The sum of eight counts: multiplying adds them up in the highest byte.
  @inline(__always)
  private static func total(_ counts: UInt64) -> UInt64 { (counts &* DigitWord.every(1)) &>> 56 }

  /// Eight characters, or those that are left, filled up with spaces.
  @inline(__always)
  private static func wordOrRest(of line: borrowing Span<UInt8>, at index: Int) -> UInt64 {
    let missing = index &+ 8 &- line.count
    if missing <= 0 { return line.word(at: index) }
    let bits = UInt64(truncatingIfNeeded: 8 &* missing)
    return line.word(at: line.count &- 8) &>> bits | DigitWord.every(0x20) &<< (64 &- bits)
  }

  /// Space to tilde, all eight.
  @inline(__always)
  private static func isPrintable(_ word: UInt64) -> Bool {
    let beyond = (word &+ DigitWord.every(1)) | word | ~isAtLeast(0x20, word)
    return beyond & DigitWord.highBits == 0
  }

  /// The high bit of every byte that is `least` or more, where all are ASCII.
  @inline(__always)
  private static func isAtLeast(_ least: UInt8, _ word: UInt64) -> UInt64 {
    word &+ DigitWord.every(0x80 &- least)
  }
}
