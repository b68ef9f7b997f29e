/// Up to eight visible ASCII characters in one word, kept as they came: what is opaque and short.
public struct PackedText: Hashable, Sendable, BitwiseCopyable {
  /// The characters, the last one lowest; 0 when there is none.
  public let packed: UInt64

  /// No character.
  public static let empty = PackedText(unchecked: 0)

  private init(unchecked packed: UInt64) { self.packed = packed }

  /// Nil unless it is at most eight visible ASCII characters.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    self.init(bytes.span, 0..<bytes.count)
  }

  init?(_ line: borrowing Span<UInt8>, _ range: Range<Int>) {
    guard range.count <= 8 else { return nil }
    var packed: UInt64 = 0
    for index in range {
      let byte = line[index]
      guard byte.isPrintable, byte != 0x20 else { return nil }
      packed = packed << 8 | UInt64(byte)
    }
    self.packed = packed
  }

  /// Whether there is no character.
  public var isEmpty: Bool { packed == 0 }

  /// The characters.
  public var text: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the characters.
  public func append(to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      let byte = UInt8(truncatingIfNeeded: packed >> UInt64(shift))
      if byte != 0 { bytes.append(byte) }
    }
  }
}
