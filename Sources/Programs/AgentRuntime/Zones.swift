import AgentCore
import Synchronization
import ZoneDatabase

/// The zone database in the core's words. Readings of one day cost the system's calls once, so that a passing costs an
/// addition.
enum Zones {
  private static let clocks = Mutex<[String: ZoneClock]>([:])

  static let lookup: ZoneLookup = { localMilliseconds, zone in
    clocks.withLock { clocks in
      guard var clock = clocks[zone] ?? ZoneClock(zone: zone) else { return nil }
      let answer = clock.utc(local: localMilliseconds)
      clocks[zone] = clock
      return switch answer {
      case .once(let moment): .once(WallTime(milliseconds: moment))
      case .twice(let earlier, let later):
        .twice(earlier: WallTime(milliseconds: earlier), later: WallTime(milliseconds: later))
      case .never(let jump, _): .never(jump: WallTime(milliseconds: jump))
      }
    }
  }
}
