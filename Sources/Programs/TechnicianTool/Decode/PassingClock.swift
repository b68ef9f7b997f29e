import AgentCore
import One4AllProtocol
import ZoneDatabase

/// The zone of a wall clock.
enum WallClockZone {
  /// Not known: there is no UTC.
  case unknown
  /// Always so many milliseconds east of UTC.
  case fixed(offset: Int64)
  /// By the zone database.
  case named(ZoneClock)

  /// A name of the zone database, or an offset such as `GMT-06:00`; nil when it is neither.
  init?(_ text: String) {
    if let minutes = RecordedZone.fixedOffset(text) {
      self = .fixed(offset: Int64(minutes) * 60_000)
    } else if let clock = ZoneClock(zone: text) {
      self = .named(clock)
    } else {
      return nil
    }
  }

  /// What a local time is in UTC; nil where the zone is not known.
  mutating func answer(_ local: Int64) -> LocalTimeAnswer? {
    switch self {
    case .unknown: return nil
    case .fixed(let offset): return .once(local - offset)
    case .named(var clock):
      // The clock remembers what it was asked; the value must not be shared while it is changed.
      self = .unknown
      defer { self = .named(clock) }
      return switch clock.utc(local: local) {
      case .once(let utc): .once(utc)
      case .twice(let earlier, let later): .twice(earlier: earlier, later: later)
      case .never(_, let utc): .never(byOffsetBefore: utc)
      }
    }
  }
}

/// The UTC of the passings of one recording, in the order in which they come.
struct PassingClock {
  private var zone: WallClockZone
  private var rowZone = WallClockZone.unknown
  private var rowZoneName: [UInt8] = []
  private var resolver = LocalTimeResolver()

  init(zone: WallClockZone) { self.zone = zone }

  /// The numbering has begun anew.
  mutating func numberingBeginsAnew() { resolver.numberingBeginsAnew() }

  /// By the zone of the recording; nil where that is not known.
  mutating func resolve(_ local: Int64, number: UInt32?) -> ResolvedTime? {
    zone.answer(local).map { resolver.resolve($0, number: number) }
  }

  /// By the zone that the row names; nil where there is no such zone. Without one in the row, by the recording's.
  mutating func resolve(_ passing: ExportedPassing, in line: borrowing Span<UInt8>) -> ResolvedTime? {
    let local = passing.localMilliseconds
    switch passing.zone {
    case .none: return resolve(local, number: passing.number)
    case .offset(let minutes):
      return resolver.resolve(.once(local - Int64(minutes) * 60_000), number: passing.number)
    case .name(let range):
      adopt(line.extracting(range))
      return rowZone.answer(local).map { resolver.resolve($0, number: passing.number) }
    }
  }

  private mutating func adopt(_ name: borrowing Span<UInt8>) {
    var isSame = name.count == rowZoneName.count
    for index in 0..<(isSame ? name.count : 0) where name[index] != rowZoneName[index] { isSame = false }
    if isSame { return }
    rowZoneName.removeAll(keepingCapacity: true)
    for index in 0..<name.count { rowZoneName.append(name[index]) }
    rowZone = WallClockZone(String(decoding: rowZoneName, as: UTF8.self)) ?? .unknown
  }
}
