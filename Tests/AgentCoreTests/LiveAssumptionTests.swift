import One4AllProtocol
import Testing

@testable import AgentCore

@Suite("The moments of passings that nobody heard as they happened")
struct LiveAssumptionTests {
  private static let minute: Int64 = 60_000

  /// A zone whose clock is set back by an hour at moment 0: local readings from -60 to 0 minutes come twice.
  private static let zones: ZoneLookup = { local, _ in
    let moment = WallTime(milliseconds: local)
    let later = moment + .seconds(3600)
    return switch local / minute {
    case ..<(-60): .once(moment)
    case ..<0: .twice(earlier: moment, later: later)
    case _: .once(later)
    }
  }

  /// The moments in minutes, and their certainty, of passings with rising numbers.
  private static func moments(_ locals: [Int64]) throws -> [String] {
    var times = PassingTimes()
    return try locals.enumerated().map { index, local in
      let passing = try #require(made(UInt32(index + 1), local))
      let time = try #require(times.moment(of: passing, zone: "", arrival: nil, zones: zones))
      times.learn(passing, time, zone: "", zones: zones)
      return "\(time.utc.milliseconds / minute) \(time.certainty.rawValue)"
    }
  }

  private static func made(_ number: UInt32, _ local: Int64) -> Passing? {
    guard let prefix = ChipPrefix("MC"), let check = CheckCode("abcde"),
      let time = LocalDateTime(millisecondsSince1970: local * minute)
    else { return nil }
    return Passing(number: number, prefix: prefix, chip: 1, at: time, antenna: 1, reads: 1, check: check)
  }

  @Test("What follows a moment that was assumed is assumed as well, until the clock runs back")
  func assumptionIsHandedOn() throws {
    #expect(
      try Self.moments([-30, -29, -28, -50, 5]) == [
        "-30 assumed_first", "-29 assumed_first", "-28 assumed_first", "10 by_order", "65 certain",
      ])
  }

  @Test("No order is claimed where either pass fits")
  func sparse() throws {
    #expect(try Self.moments([-61, -30, 10]) == ["-61 certain", "-30 assumed_first", "70 certain"])
    #expect(try Self.moments([-61, -50, -40]) == ["-61 certain", "-50 by_order", "-40 by_order"])
  }
}
