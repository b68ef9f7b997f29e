import One4AllProtocol

/// The sum by which two parsers are seen to have done the same work: over all passings, wrapping,
/// milliseconds XOR chip XOR number XOR antenna XOR reads XOR check, and XOR what a passing of 13 fields has between
/// reads and check, its first 40 bytes as words of eight.
struct FrameSum {
  private(set) var frames: UInt64 = 0
  private(set) var sum: UInt64 = 0

  @inline(__always)
  mutating func add(_ passing: Passing) {
    frames &+= 1
    sum &+=
      UInt64(bitPattern: passing.localMilliseconds) ^ UInt64(passing.usualChipNumber ?? 0)
      ^ UInt64(passing.number)
      ^ UInt64(passing.antenna) ^ UInt64(passing.reads) ^ Self.hexadecimal(passing.check)
      ^ passing.foldedFields
  }

  mutating func countOther() { frames &+= 1 }

  /// The check's five characters read as a hexadecimal number, in either case; 0 when one of them is no
  /// hexadecimal digit. All five at once: the low half of a digit's byte is its value, and a letter has bit 6
  /// set and counts 9 more.
  @inline(__always)
  static func hexadecimal(_ check: CheckCode) -> UInt64 {
    let text = check.packed
    let values = (text & (everyByte &* 0x0F)) &+ (text &>> 6 & everyByte) &* 9
    let pairs = (values | values &>> 4) & 0x00FF_00FF_00FF
    let fours = (pairs | pairs &>> 8) & 0xFFFF_0000_FFFF
    let all = (fours | fours &>> 16) & 0xF_FFFF
    let lowerCase = text | everyByte &* 0x20
    let digits = isAtLeast(0x30, text) & ~isAtLeast(0x3A, text)
    let letters = isAtLeast(0x61, lowerCase) & ~isAtLeast(0x67, lowerCase)
    return (digits | letters) & highBits == highBits ? all : 0
  }

  /// Five bytes of 1.
  private static let everyByte: UInt64 = 0x01_0101_0101
  private static let highBits: UInt64 = everyByte &* 0x80

  /// The high bit of every byte that is `least` or more; for ASCII.
  @inline(__always)
  private static func isAtLeast(_ least: UInt64, _ text: UInt64) -> UInt64 {
    text &+ everyByte &* (0x80 &- least)
  }
}

extension FrameSum {
  /// As a result of a pass.
  var work: Meter.Work { Meter.Work(frames: frames, accumulated: sum) }
}
