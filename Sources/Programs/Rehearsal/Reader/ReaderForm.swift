/// What the passings of a simulated reader look like.
public struct ReaderForm: Equatable, Sendable {
  /// Fields of a passing: 8 or 13; any other number is a firmware that nobody knows.
  public var fieldCount = 8
  /// Whether it reads foreign chips too, as FREE readers do: codes and chips of all lengths.
  public var hasFreeChips = false

  /// Fewest and most fields of a passing.
  public static let fieldCounts = 8...20

  /// An ordinary reader.
  public init() {}

  /// What stands between reads and check. Most chips have their own name as their EPC, in hexadecimal, with `0` in
  /// front of it to 12 characters; some have none. On FREE readers one reserved field in eleven is not empty.
  func more(prefix: String, chip: String) -> [String] {
    guard fieldCount > 8 else { return [] }
    let name = prefix + chip
    let seed = name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
    let padded = String(repeating: "0", count: max(0, 12 - name.utf8.count)) + name
    let epc =
      seed % 5 == 0 ? "" : padded.utf8.map { String($0, radix: 16, uppercase: true) }.joined()
    let reserved = (1..<fieldCount - 8).map { place in
      hasFreeChips && (seed + place) % 44 == 0 ? "R \(seed)" : ""
    }
    return [epc] + reserved
  }

  /// The starter of that number: ordinary chips, and on FREE readers foreign ones between them.
  func starter(_ number: Int, prefix: String) -> (prefix: String, chip: String) {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    guard hasFreeChips else { return (prefix, padded) }
    return switch number % 6 {
    case 0: (prefix, padded)
    case 1: ("", digits)
    case 2: ("EV2026", "R\(digits)")
    case 3: ("", "runner\(digits)x")
    case 4: ("ABCDEFGHIJKLMNOP", String(repeating: "F", count: 32 - digits.count) + digits)
    case _: ("LY", padded)
    }
  }
}
