/// The reader's clock: UTC through its zone, and how far it is off.
struct ReaderClock: Sendable {
  /// The clock minus the truth, in milliseconds, at `time`.
  private var offset = 0.0
  /// How fast the offset grows, in millionths.
  private var drift = 0.0
  private var time: Int64 = 0

  /// The clock minus the truth, in milliseconds.
  func offset(at milliseconds: Int64) -> Int64 {
    Int64((offset + drift * Double(milliseconds - time) / 1_000_000).rounded())
  }

  mutating func setOffset(_ offset: Int64, at milliseconds: Int64) {
    self.offset = Double(offset)
    time = milliseconds
  }

  mutating func setDrift(_ drift: Double, at milliseconds: Int64) {
    setOffset(offset(at: milliseconds), at: milliseconds)
    self.drift = drift
  }
}
