import Glibc

/// How many seeds the long runs take: few in every run of the tests, `ONE4ALL_WILD_SEEDS` times as many when wanted; with
/// `ONE4ALL_WILD_SEED` that one alone, to look at what it does.
enum WildSeeds {
  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }

  private static let factor = max(1, min(number("ONE4ALL_WILD_SEEDS") ?? 1, 1000))
  private static let only = number("ONE4ALL_WILD_SEED")

  /// Seeds from 1 on, or from another one on.
  static func some(_ count: UInt64, from first: UInt64 = 1) -> ClosedRange<UInt64> {
    if let only { return only...only }
    return first...(first + count * factor - 1)
  }
}
