/// The owner code of a chip: two ASCII letters, e.g. `MC`.
public struct ChipPrefix: Hashable, Sendable, BitwiseCopyable {
  let first: UInt8
  let second: UInt8

  init(uncheckedFirst first: UInt8, second: UInt8) {
    self.first = first
    self.second = second
  }

  /// Nil unless it is two ASCII letters.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 2, bytes.allSatisfy(\.isLetter) else { return nil }
    self.init(uncheckedFirst: bytes[0], second: bytes[1])
  }

  /// The two letters.
  public var text: String { String(decoding: [first, second], as: UTF8.self) }
}

/// The five characters at the end of a passing: opaque, usually hex, kept as they came.
public struct CheckCode: Hashable, Sendable, BitwiseCopyable {
  /// The characters in the low 40 bits, the first one highest.
  public let packed: UInt64

  init(unchecked packed: UInt64) { self.packed = packed }

  /// Nil unless it is five visible ASCII characters without `;`.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes.allSatisfy(Self.isAllowed) else { return nil }
    packed = bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  @inline(__always) static func isAllowed(_ byte: UInt8) -> Bool {
    byte.isPrintable && byte != 0x20 && byte != ASCII.semicolon
  }

  /// The five characters.
  public var text: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  func append(to bytes: inout [UInt8]) {
    for shift in stride(from: 32, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: packed >> UInt64(shift)))
    }
  }
}
