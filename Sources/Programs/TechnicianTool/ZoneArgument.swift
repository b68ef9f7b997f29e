import LinuxSystem
import One4AllProtocol
import ZoneDatabase

/// The zone of a reader's wall clock, as a person names it: a name of the zone database, or an offset such as
/// `GMT-06:00`.
struct ZoneArgument {
  /// As it was named.
  let name: String
  /// East of UTC is positive, milliseconds; nil for a name of the database.
  private let offset: Int64?

  init(_ name: String) throws(ToolError) {
    guard let zone = ZoneArgument(known: name) else { throw ZoneArgument.unknown(name) }
    self = zone
  }

  /// nil when there is no such zone.
  init?(known name: String) {
    self.name = name
    if ZoneDatabase.exists(name) {
      offset = nil
    } else if let minutes = RecordedZone.fixedOffset(name) {
      offset = Int64(minutes) * 60_000
    } else {
      return nil
    }
  }

  /// That there is no such zone, and which was probably meant.
  static func unknown(_ name: String) -> ToolError {
    let near = ZoneNames.near(name)
    let question =
      near.isEmpty ? "`timedatectl list-timezones` shows them" : "is it \(near.joined(separator: " or "))?"
    return .usage("--time-zone \(name): there is no such time zone; \(question)")
  }

  /// What a reading of the wall clock is in UTC; both in milliseconds since 1970.
  func utc(local milliseconds: Int64) -> ZoneDatabase.UTC? {
    if let offset { return .once(milliseconds - offset) }
    return ZoneDatabase.utc(local: milliseconds, zone: name)
  }

  /// What the wall clock shows at a moment of UTC; both in milliseconds since 1970.
  func local(utc milliseconds: Int64) -> Int64? {
    if let offset { return milliseconds + offset }
    return ZoneDatabase.local(utc: milliseconds, zone: name)
  }

  /// Its name in the zone database, for the daemon and the cloud. Of the offsets, only whole hours have one; there,
  /// west of Greenwich is positive.
  func databaseName() throws(ToolError) -> String {
    guard let offset else { return name }
    let hours = offset / 3_600_000
    let found = hours == 0 ? "Etc/GMT" : "Etc/GMT\(hours > 0 ? "-" : "+")\(abs(hours))"
    guard offset % 3_600_000 == 0, ZoneDatabase.exists(found) else {
      throw .usage("--time-zone \(name): the cloud takes names and whole hours; name it like Asia/Kolkata")
    }
    return found
  }
}
