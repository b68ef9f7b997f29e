import Configuration
import ZoneDatabase

/// The zone of a reader's wall clock, as a person names it: a name of the zone database, or an offset such as
/// `GMT-06:00`.
struct ZoneArgument {
  /// As everybody writes it.
  let name: String

  init(_ name: String) throws(ToolError) {
    guard let zone = ZoneArgument(known: name) else { throw ZoneArgument.unknown(name) }
    self = zone
  }

  /// nil when there is no such zone.
  init?(known name: String) {
    guard let name = ZoneDatabase.canonical(name) else { return nil }
    self.name = name
  }

  /// That there is no such zone, and which was probably meant.
  static func unknown(_ name: String) -> ToolError {
    .usage("--time-zone \(name): there is no such time zone; \(ZoneNames.hint(for: name))")
  }

  /// What a reading of the wall clock is in UTC; both in milliseconds since 1970.
  func utc(local milliseconds: Int64) -> ZoneDatabase.UTC? {
    ZoneDatabase.utc(local: milliseconds, zone: name)
  }

  /// What the wall clock shows at a moment of UTC; both in milliseconds since 1970.
  func local(utc milliseconds: Int64) -> Int64? {
    ZoneDatabase.local(utc: milliseconds, zone: name)
  }
}
