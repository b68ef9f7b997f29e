import AgentCore
import TestSupport
import Testing
import ZoneDatabase

@Suite("Local times become UTC by zone database and order")
struct DoubledHourTests {
  /// Changes, and a zone without any.
  static let changes =
    ZoneChange.some + [ZoneChange(zone: "Asia/Kolkata", moment: 1_729_990_800_000, minutes: 0)]

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
    around change: ZoneChange, longest: Int64, using random: inout SeededGenerator
  ) -> [Int64] {
    var moments: [Int64] = []
    var moment = change.moment - 7_200_000
    while moment < change.moment + 7_200_000 {
      moments.append(moment)
      moment += Int64.random(in: 0...longest * 60_000, using: &random)
    }
    return moments
  }

  /// What a recording's passings are resolved to, in their order or from behind.
  private static func resolved(
    _ passings: [(number: Int, moment: Int64)], in zone: String, isNewestFirst: Bool = false
  ) throws -> [(moment: Int64, time: ResolvedTime)] {
    var clock = try #require(ZoneClock(zone: zone))
    var resolver = LocalTimeResolver(isNewestFirst: isNewestFirst)
    return try passings.map { number, moment in
      let local = try #require(ZoneDatabase.local(utc: moment, zone: zone))
      return (moment, resolve(local, number: UInt32(number + 1), &clock, &resolver))
    }
  }

  @Test("all of a recording through a change of the clock comes back, also from behind", arguments: changes)
  func throughTheChange(change: ZoneChange) throws {
    for seed in UInt64(1)...20 {
      var random = SeededGenerator(seed: seed)
      // Steps of up to a quarter of what comes twice.
      let longest = max(1, min(change.minutes / 4, [1, 5, 9, 15][Int(seed % 4)]))
      let moments = Self.moments(around: change, longest: longest, using: &random)
      let numbered = moments.enumerated().map { (number: $0.offset, moment: $0.element) }
      for (passings, isNewestFirst) in [
        (numbered, false), (numbered.reversed(), false), (numbered.reversed(), true),
      ] {
        let times = try Self.resolved(passings, in: change.zone, isNewestFirst: isNewestFirst)
        for (moment, resolved) in times {
          #expect(resolved.utc.milliseconds == moment)
          #expect(resolved.certainty == .certain || (change.minutes > 0 && resolved.certainty == .byOrder))
        }
      }
    }
  }

  @Test("what is said to follow from the order is right, however far passings are apart", arguments: changes)
  func sparse(change: ZoneChange) throws {
    var certainties: [TimeCertainty: Int] = [:]
    for seed in UInt64(1)...60 {
      var random = SeededGenerator(seed: seed)
      // A pause that lasts three quarters of what comes twice could not be seen.
      let longest = max(1, min(change.minutes * 3 / 4 - 1, [20, 30, 44][Int(seed % 3)]))
      let moments = Self.moments(around: change, longest: longest, using: &random)
      let numbered = moments.enumerated().map { (number: $0.offset, moment: $0.element) }
      for (passings, isNewestFirst) in [
        (numbered, false), (numbered.reversed(), false), (numbered.reversed(), true),
      ] {
        let times = try Self.resolved(passings, in: change.zone, isNewestFirst: isNewestFirst)
        for (moment, resolved) in times {
          certainties[resolved.certainty, default: 0] += 1
          let isSecondPass = moment >= change.moment
          if resolved.certainty == .assumedFirst {
            let assumed = moment - (isSecondPass ? change.minutes * 60_000 : 0)
            #expect(resolved.utc.milliseconds == assumed && !isNewestFirst)
          } else if resolved.certainty == .assumedSecond {
            let assumed = moment + (isSecondPass ? 0 : change.minutes * 60_000)
            #expect(resolved.utc.milliseconds == assumed && isNewestFirst)
          } else {
            #expect(resolved.utc.milliseconds == moment)
          }
        }
      }
    }
    #expect((certainties[.assumedFirst] ?? 0 > 20) == (change.minutes > 0))
    #expect((certainties[.assumedSecond] ?? 0 > 20) == (change.minutes > 0))
    #expect((certainties[.byOrder] ?? 0 > 20) == (change.minutes > 0))
  }

  @Test("a clock that was not set forward tells the time by the offset before", arguments: changes)
  func notSetForward(change: ZoneChange) throws {
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
  func everyOffset(change: ZoneChange) throws {
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
