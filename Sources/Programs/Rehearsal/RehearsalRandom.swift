/// A small, seeded source of random numbers (SplitMix64), so that a rehearsal can be repeated exactly.
struct RehearsalRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Hexadecimal digits that depend on the seed and the text alone.
  /// - Parameter digits: how many, a multiple of 16.
  static func digest(_ text: String, seed: UInt64, digits: Int) -> String {
    // FNV-1a over the text, then the mixer above stretches it.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    var random = RehearsalRandom(seed: hash ^ (seed &* 0x9E37_79B9_7F4A_7C15))
    return (0..<digits / 16).map { _ in
      let word = String(random.next(), radix: 16, uppercase: true)
      return String(repeating: "0", count: 16 - word.count) + word
    }.joined()
  }
}

extension RehearsalRandom {
  /// Whether something of that probability, 0 to 1, happens now.
  mutating func comes(_ probability: Double) -> Bool {
    probability > 0 && Double.random(in: 0..<1, using: &self) < probability
  }
}
