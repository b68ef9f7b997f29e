/// Lines in which a passing was meant and nothing else can be: they need no `LineResolver` to be called
/// malformed.
enum WrongPassing {
  /// PING, STOP: no name and no greeting has fewer capital letters.
  private static let fewestCapitalsOfName = 4
  /// Separators of a passing.
  private static let separatorCount = 7

  /// One word at least; and no more than what byte-wide counts can count.
  private static let lengths = 8...128

  /// Whether the line, which is no passing for that reason, holds no other frame for certain: it begins with
  /// a digit, is text, and has too few separators for a passing to stand behind others, and too few capital
  /// letters for a reply or a greeting.
  static func isCertain(_ line: borrowing Span<UInt8>, _ reason: MalformedReason) -> Bool {
    // Behind a number that is none, a good passing may stand that ran into other text.
    guard reason != .number, lengths ~= line.count, line[0].isDigit else { return false }
    // Eight counts side by side.
    var others: UInt64 = 0
    var capitals: UInt64 = 0
    var words: UInt64 = 0
    var index = 0
    while index < line.count {
      let word = wordOrRest(of: line, at: index)
      guard isPrintable(word) else { return false }
      others &+= ones(isAtLeast(1, word ^ DigitWord.every(ASCII.semicolon)))
      capitals &+= ones(isAtLeast(0x41, word) & ~isAtLeast(0x5B, word))
      words &+= 1
      index &+= 8
    }
    let separators = words &* 8 &- total(others)
    return separators <= separatorCount && total(capitals) < fewestCapitalsOfName
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
