/// Random numbers from a seed (SplitMix64), so that a test sees the same run twice.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A source that begins with that seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// That span, up to `fraction` longer or shorter.
  mutating func spread(_ span: Duration, by fraction: Double) -> Duration {
    span.scaled(by: Double.random(in: (1 - fraction)...(1 + fraction), using: &self))
  }
}
