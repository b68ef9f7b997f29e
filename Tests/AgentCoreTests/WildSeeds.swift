import Glibc

/// How many seeds the long runs take: few in every run of the tests, `ONE4ALL_WILD_SEEDS` times as many when wanted.
enum WildSeeds {
  private static let factor: UInt64 = {
    guard let text = getenv("ONE4ALL_WILD_SEEDS"), let factor = UInt64(String(cString: text)) else {
      return 1
    }
    return max(1, min(factor, 1000))
  }()

  /// Seeds from 1 on, or from another one on.
  static func some(_ count: UInt64, from first: UInt64 = 1) -> ClosedRange<UInt64> {
    first...(first + count * factor - 1)
  }
}
