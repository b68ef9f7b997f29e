/// Mains and battery.
struct ReaderPower: Sendable {
  /// Percent an hour that the battery gains on mains.
  private static let charge = 20.0

  private(set) var percent = 100.0
  private(set) var hasMains = true
  /// Percent an hour that the battery loses without mains.
  private(set) var drain = 8.0
  private var time: Int64

  init(at milliseconds: Int64) { time = milliseconds }

  /// Volts: 26.5 when full, 25.5 at 90 % (reference); below that about as a lead battery falls.
  var volts: Double { percent >= 90 ? 16.5 + percent / 10 : 21 + percent / 20 }

  mutating func advance(to milliseconds: Int64) {
    let hours = Double(milliseconds - time) / 3_600_000
    time = milliseconds
    percent = min(100, max(0, percent + hours * (hasMains ? ReaderPower.charge : -drain)))
  }

  mutating func setPercent(_ percent: Double) { self.percent = percent }
  mutating func setMains(_ hasMains: Bool) { self.hasMains = hasMains }
  mutating func setDrain(_ drain: Double) { self.drain = drain }
}
