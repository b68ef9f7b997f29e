/// A change of a zone's clock.
public struct ZoneChange: Sendable, CustomStringConvertible {
  /// A name of the zone database.
  public let zone: String
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let moment: Int64
  /// How much the clock is set back, in minutes; forward is negative.
  public let minutes: Int64

  /// A change.
  public init(zone: String, moment: Int64, minutes: Int64) {
    self.zone = zone
    self.moment = moment
    self.minutes = minutes
  }

  /// `Europe/Berlin, 60 minutes back`
  public var description: String { "\(zone), \(minutes) minutes back" }

  /// Both ways, in zones that differ in when and by how much.
  public static let some = [
    ZoneChange(zone: "Europe/Berlin", moment: 1_729_990_800_000, minutes: 60),
    ZoneChange(zone: "Europe/Berlin", moment: 1_711_846_800_000, minutes: -60),
    ZoneChange(zone: "America/Mexico_City", moment: 1_667_113_200_000, minutes: 60),
    ZoneChange(zone: "America/Mexico_City", moment: 1_648_972_800_000, minutes: -60),
    ZoneChange(zone: "Australia/Lord_Howe", moment: 1_712_415_600_000, minutes: 30),
    ZoneChange(zone: "Australia/Lord_Howe", moment: 1_728_142_200_000, minutes: -30),
    ZoneChange(zone: "America/Santiago", moment: 1_712_458_800_000, minutes: 60),
    ZoneChange(zone: "America/Santiago", moment: 1_725_768_000_000, minutes: -60),
    ZoneChange(zone: "America/St_Johns", moment: 1_730_608_200_000, minutes: 60),
    ZoneChange(zone: "America/St_Johns", moment: 1_710_048_600_000, minutes: -60),
  ]
}
