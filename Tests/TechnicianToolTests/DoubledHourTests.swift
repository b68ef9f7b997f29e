import AgentCore
import TestSupport
import Testing
import ZoneDatabase

@Suite("Local times become UTC by zone database and order")
struct DoubledHourTests {
  /// A change of a zone's clock: the moment, and how much it is set back, in minutes (forward is negative).
  struct Change: Sendable, CustomTestStringConvertible {
    let zone: String
    let moment: Int64
    let minutes: Int64
    var testDescription: String { "\(zone), \(minutes) minutes back" }
  }

  static let changes = [
    Change(zone: "Europe/Berlin", moment: 1_729_990_800_000, minutes: 60),
    Change(zone: "Europe/Berlin", moment: 1_711_846_800_000, minutes: -60),
    Change(zone: "America/Mexico_City", moment: 1_667_113_200_000, minutes: 60),
    Change(zone: "America/Mexico_City", moment: 1_648_972_800_000, minutes: -60),
    Change(zone: "Australia/Lord_Howe", moment: 1_712_415_600_000, minutes: 30),
    Change(zone: "Australia/Lord_Howe", moment: 1_728_142_200_000, minutes: -30),
    Change(zone: "America/Santiago", moment: 1_712_458_800_000, minutes: 60),
    Change(zone: "America/Santiago", moment: 1_725_768_000_000, minutes: -60),
    Change(zone: "America/St_Johns", moment: 1_730_608_200_000, minutes: 60),
    Change(zone: "America/St_Johns", moment: 1_710_048_600_000, minutes: -60),
    Change(zone: "Asia/Kolkata", moment: 1_729_990_800_000, minutes: 0),
  ]

  private static func resolve(
    _ local: Int64, number: UInt32? = nil, _ clock: inout ZoneClock, _ resolver: inout LocalTimeResolver
  ) -> ResolvedTime {
    let moment = WallTime.init(milliseconds:)
    return switch clock.utc(local: local) {
    case .once(let utc): resolver.resolve(.once(moment(utc)), number: number)
    case .twice(let earlier, let later):
      resolver.resolve(.twice(earlier: moment(earlier), later: moment(later)), number: number)
    case .never(let jump, let utc):
      resolver.resolve(.never(jump: moment(jump)), skippedAs: moment(utc), number: number)
    }
  }

  /// Moments around a change, the steps between them at most so many minutes.
  private static func moments(
    around change: Change, longest: Int64, using random: inout SeededGenerator
  ) -> [Int64] {
    var moments: [Int64] = []
    var moment = change.moment - 7_200_000
    while moment < change.moment + 7_200_000 {
      moments.append(moment)
      moment += Int64.random(in: 0...longest * 60_000, using: &random)
    }
    return moments
  }

  @Test("all of a recording through a change of the clock comes back, also from behind", arguments: changes)
  func throughTheChange(change: Change) throws {
    for seed in UInt64(1)...20 {
      var random = SeededGenerator(seed: seed)
      let longest = max(1, min(change.minutes - 6, [1, 5, 20, 54][Int(seed % 4)]))
      let moments = Self.moments(around: change, longest: longest, using: &random)
      let numbered = Array(moments.enumerated())
      for passings in [numbered, numbered.reversed()] {
        var clock = try #require(ZoneClock(zone: change.zone))
        var resolver = LocalTimeResolver()
        for (number, moment) in passings {
          let local = try #require(ZoneDatabase.local(utc: moment, zone: change.zone))
          let resolved = Self.resolve(local, number: UInt32(number + 1), &clock, &resolver)
          #expect(resolved.utc.milliseconds == moment)
          #expect(resolved.certainty == .certain || (change.minutes > 0 && resolved.certainty == .byOrder))
        }
      }
    }
  }

  @Test("a clock that was not set forward tells the time by the offset before", arguments: changes)
  func notSetForward(change: Change) throws {
    guard change.minutes < 0 else { return }
    var clock = try #require(ZoneClock(zone: change.zone))
    let before =
      try #require(ZoneDatabase.local(utc: change.moment - 1, zone: change.zone)) + 1 - change.moment
    for offset in stride(from: Int64(0), to: -change.minutes * 60_000, by: 61_000) {
      var resolver = LocalTimeResolver()
      let resolved = Self.resolve(change.moment + before + offset, &clock, &resolver)
      #expect(resolved.utc.milliseconds == change.moment + offset && resolved.certainty == .skippedHour)
    }
  }

  @Test("the clock of a zone says what trying every offset says", arguments: changes)
  func everyOffset(change: Change) throws {
    var random = SeededGenerator(seed: 5)
    var clock = try #require(ZoneClock(zone: change.zone))
    let quarter: Int64 = 900_000
    for _ in 0..<300 {
      let local = change.moment + Int64.random(in: -200_000_000...200_000_000, using: &random)
      let moments = (-60...60).map { local - Int64($0) * quarter }
        .filter { ZoneDatabase.local(utc: $0, zone: change.zone) == local }.sorted()
      switch clock.utc(local: local) {
      case .once(let utc): #expect(moments == [utc])
      case .twice(let earlier, let later): #expect(moments == [earlier, later])
      case .never: #expect(moments.isEmpty)
      }
      #expect(ZoneDatabase.utc(local: local, zone: change.zone) == clock.utc(local: local))
    }
  }

  @Test("Mexico City doubles no hour since 2022")
  func mexicoCityNow() throws {
    var clock = try #require(ZoneClock(zone: "America/Mexico_City"))
    // 2024-10-27 01:30, which would have come twice.
    #expect(clock.utc(local: 1_729_992_600_000) == .once(1_730_014_200_000))
  }
}
