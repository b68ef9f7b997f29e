import One4AllProtocol

/// Finds the moments of one file's passings by another zone than the one that they were kept with.
///
/// Which of both is right their arrival says, where they were heard as they happened by a host whose clock was to be
/// trusted: a zone that is wrong is wrong by at least a quarter of an hour.
public struct ZoneCorrecting: Sendable {
  /// A passing that came that near to its time was stamped in that zone.
  private static let near = Duration.seconds(450)

  private let zone: String
  private let zones: ZoneLookup
  private var times = PassingTimes()
  private var fits = (former: 0, new: 0)

  /// Nothing is known of the file yet.
  public init(to zone: String, zones: @escaping ZoneLookup) {
    self.zone = zone
    self.zones = zones
  }

  /// Whether the passings came at the times that the former zone gives, and not at those of the new one.
  public var isFormerRight: Bool { fits.former > fits.new }

  /// A passing of the file, in any order. One that was heard as it happened tells of the others.
  public mutating func learn(_ kept: KeptPassing) {
    guard kept.origin == .pushed, kept.hostSynchronised, let time = moment(of: kept) else { return }
    if abs(kept.utc - kept.arrivedWall) < ZoneCorrecting.near { fits.former += 1 }
    if abs(time.utc - kept.arrivedWall) < ZoneCorrecting.near { fits.new += 1 }
    times.learn(kept.passing, time, zone: zone, zones: zones)
  }

  /// The moment of a passing in the new zone, ascending by number; nil when there is no such zone.
  public mutating func time(of kept: KeptPassing) -> ResolvedTime? {
    guard let time = moment(of: kept) else { return nil }
    times.learn(kept.passing, time, zone: zone, zones: zones)
    return time
  }

  private func moment(of kept: KeptPassing) -> ResolvedTime? {
    let arrival = kept.origin == .pushed && kept.hostSynchronised ? kept.arrivedWall : nil
    return times.moment(of: kept.passing, zone: zone, arrival: arrival, zones: zones)
  }
}
