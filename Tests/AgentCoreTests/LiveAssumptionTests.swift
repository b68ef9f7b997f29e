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

  @Test("What is fetched beside passings that were heard live is of their pass")
  func besideLive() throws {
    var times = PassingTimes()
    // Number 100 was heard live at -40 minutes of the second pass: that is 20.
    let live = try #require(Self.made(100, -40))
    let arrival = WallTime(milliseconds: 20 * Self.minute + 3000)
    let heard = try #require(times.moment(of: live, zone: "", arrival: arrival, zones: Self.zones))
    #expect(heard == ResolvedTime(utc: WallTime(milliseconds: 20 * Self.minute), certainty: .certain))
    times.learn(live, heard, zone: "", zones: Self.zones)
    var found: [String] = []
    for (number, local) in [(UInt32(90), Int64(-58)), (95, -48), (99, -41), (101, -39)] {
      let passing = try #require(Self.made(number, local))
      let time = try #require(times.moment(of: passing, zone: "", arrival: nil, zones: Self.zones))
      times.learn(passing, time, zone: "", zones: Self.zones)
      found.append("\(time.utc.milliseconds / Self.minute) \(time.certainty.rawValue)")
    }
    #expect(found == ["2 assumed_second", "12 by_order", "19 by_order", "21 by_order"])
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
