import AgentCore
import One4AllProtocol
import ZoneDatabase

/// The zone of a wall clock.
enum WallClockZone {
  /// Not known: there is no UTC.
  case unknown
  /// Always so many milliseconds east of UTC.
  case fixed(offset: Int64)
  /// As a person names it.
  case named(ZoneClock)

  /// A name of the zone database, or an offset such as `GMT-06:00`; nil when it is neither.
  init?(_ text: String) {
    guard let clock = ZoneClock(zone: text) else { return nil }
    self = .named(clock)
  }

  /// What a local time is in UTC; nil where the zone is not known.
  mutating func resolve(
    _ local: Int64, number: UInt32?, by resolver: inout LocalTimeResolver
  ) -> ResolvedTime? {
    let moment = WallTime.init(milliseconds:)
    switch self {
    case .unknown: return nil
    case .fixed(let offset): return resolver.resolve(.once(moment(local - offset)), number: number)
    case .named(var clock):
      let utc = clock.utc(local: local)
      self = .named(clock)
      return switch utc {
      case .once(let utc): resolver.resolve(.once(moment(utc)), number: number)
      case .twice(let earlier, let later):
        resolver.resolve(.twice(earlier: moment(earlier), later: moment(later)), number: number)
      case .never(let jump, let utc):
        resolver.resolve(.never(jump: moment(jump)), skippedAs: moment(utc), number: number)
      }
    }
  }
}

/// The UTC of the passings of one recording, in the order in which they come.
struct PassingClock {
  private var zone: WallClockZone
  private var rowZone = WallClockZone.unknown
  private var rowZoneName: [UInt8] = []
  /// Zones that rows named before, so that rows of several zones may alternate.
  private var otherZones: [[UInt8]: WallClockZone] = [:]
  private static let mostZones = 64
  private var resolver = LocalTimeResolver()
  /// For rows of the cloud's export.
  private var exportResolver = LocalTimeResolver(isNewestFirst: true)

  init(zone: WallClockZone) { self.zone = zone }

  /// The numbering of a reader has begun anew.
  mutating func numberingBeginsAnew() { resolver.numberingBeginsAnew() }

  /// The numbering of the cloud's export has begun anew.
  mutating func exportNumberingBeginsAnew() { exportResolver.numberingBeginsAnew() }

  /// By the zone of the recording; nil where that is not known.
  mutating func resolve(_ local: Int64, number: UInt32?) -> ResolvedTime? {
    zone.resolve(local, number: number, by: &resolver)
  }

  /// By the zone that the row names; nil where there is no such zone. Without one in the row, by the recording's.
  mutating func resolve(_ passing: ExportedPassing, in line: borrowing Span<UInt8>) -> ResolvedTime? {
    let local = passing.localMilliseconds
    switch passing.zone {
    case .none: return zone.resolve(local, number: passing.number, by: &exportResolver)
    case .offset(let minutes):
      var zone = WallClockZone.fixed(offset: Int64(minutes) * 60_000)
      return zone.resolve(local, number: passing.number, by: &exportResolver)
    case .name(let range):
      adopt(line.extracting(range))
      return rowZone.resolve(local, number: passing.number, by: &exportResolver)
    }
  }

  private mutating func adopt(_ name: borrowing Span<UInt8>) {
    var isSame = name.count == rowZoneName.count
    for index in 0..<(isSame ? name.count : 0) where name[index] != rowZoneName[index] { isSame = false }
    if isSame { return }
    if otherZones.count >= Self.mostZones { otherZones = [:] }
    otherZones[rowZoneName] = rowZone
    rowZoneName = []
    for index in 0..<name.count { rowZoneName.append(name[index]) }
    rowZone =
      otherZones[rowZoneName] ?? WallClockZone(String(decoding: rowZoneName, as: UTF8.self)) ?? .unknown
  }
}
