/// What goes wrong on purpose.
struct ReaderFaults: Equatable, Sendable {
  /// Nothing leaves the reader.
  var isMute = false
  /// It says NMEA sentences instead.
  var isForeign = false
  /// Chance of noise in front of a frame, 0 to 1.
  var noise = 0.0
  /// Chance that a pushed frame is cut off.
  var cut = 0.0
  /// Chance that a pushed frame never leaves.
  var lose = 0.0
  /// GETSTATUS is answered without CR LF.
  var statusWithoutLineEnd = false

  static func isChance(_ value: Double) -> Bool { (0...1).contains(value) }
}
