import AgentCore
import TestSupport
import Testing

@Suite("A local time in the doubled hour")
struct LocalTimeResolverTests {
  private static let minute: Int64 = 60_000

  /// A zone whose clock is set back by an hour at moment 0: local readings from -60 to 0 minutes come twice. Before,
  /// local and UTC are the same.
  private static func reading(_ local: Int64) -> LocalReading {
    let moment = WallTime(milliseconds: local * minute)
    let later = moment + .seconds(3600)
    return switch local {
    case ..<(-60): .once(moment)
    case ..<0: .twice(earlier: moment, later: later)
    case _: .once(later)
    }
  }

  /// The moments, in minutes, of local readings in minutes.
  private static func resolve(
    _ locals: [Int64], numbers: [UInt32?]? = nil, isNewestFirst: Bool = false
  ) -> [(Int64, TimeCertainty)] {
    var resolver = LocalTimeResolver(isNewestFirst: isNewestFirst)
    return locals.enumerated().map { index, local in
      let resolved = resolver.resolve(reading(local), number: numbers?[index] ?? nil)
      return (resolved.utc.milliseconds / minute, resolved.certainty)
    }
  }

  private static func expect(
    _ locals: [Int64], numbers: [UInt32?]? = nil, isNewestFirst: Bool = false,
    are expected: [(Int64, TimeCertainty)], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let resolved = resolve(locals, numbers: numbers, isNewestFirst: isNewestFirst)
    #expect(resolved.map(\.0) == expected.map(\.0), sourceLocation: sourceLocation)
    #expect(resolved.map(\.1) == expected.map(\.1), sourceLocation: sourceLocation)
  }

  @Test("is of the first pass when it follows from before, and of the second once the clock has run back")
  func throughBoth() {
    Self.expect(
      [-65, -50, -35, -20, -5, -58, -6, 1],
      are: [
        (-65, .certain), (-50, .byOrder), (-35, .byOrder), (-20, .byOrder), (-5, .byOrder), (2, .byOrder),
        (54, .byOrder), (61, .certain),
      ])
  }

  @Test("is of the second pass when the clock runs back by less than the hour, since nothing came for long")
  func runsBackByLess() {
    Self.expect([-65, -10, -30], are: [(-65, .certain), (-10, .assumedFirst), (30, .byOrder)])
  }

  @Test("is taken for the first, and said to be, when it is so far from the others that either pass fits")
  func sparse() {
    Self.expect([-61, -30, 10], are: [(-61, .certain), (-30, .assumedFirst), (70, .certain)])
    Self.expect(
      [10, -30, -61], numbers: [3, 2, 1], are: [(70, .certain), (-30, .assumedFirst), (-61, .certain)])
    // What follows a moment that was assumed is assumed as well.
    Self.expect([-61, -30, -29], are: [(-61, .certain), (-30, .assumedFirst), (-29, .assumedFirst)])
    // A quarter of the doubled hour is near.
    Self.expect([-61, -46, -30], are: [(-61, .certain), (-46, .byOrder), (-30, .assumedFirst)])
  }

  @Test("is of the same pass when the clock runs back by a little only")
  func disorder() {
    Self.expect(
      [-62, -50, -53, -49, -55],
      are: [(-62, .certain), (-50, .byOrder), (-53, .byOrder), (-49, .byOrder), (5, .byOrder)])
  }

  @Test("at the start of a recording is taken for the first, and said to be, until the clock runs back")
  func atTheStart() {
    Self.expect(
      [-30, -20, -50, -40, 5],
      are: [(-30, .assumedFirst), (-20, .assumedFirst), (10, .byOrder), (20, .byOrder), (65, .certain)])
  }

  @Test("long after the last passing is taken for the first, and said to be")
  func afterAPause() {
    Self.expect([-200, -30], are: [(-200, .certain), (-30, .assumedFirst)])
    Self.expect([600, -30], are: [(660, .certain), (-30, .assumedFirst)])
  }

  @Test("of falling numbers is resolved in reverse")
  func newestFirst() {
    Self.expect(
      [1, -1, -15, -28, -43, -58, -2, -50, -70], numbers: [9, 8, 7, 6, 5, 4, 3, 2, 1],
      are: [
        (61, .certain), (59, .byOrder), (45, .byOrder), (32, .byOrder), (17, .byOrder), (2, .byOrder),
        (-2, .byOrder), (-50, .byOrder), (-70, .certain),
      ])
  }

  @Test("at the start of falling numbers is said to be assumed until the clock runs forward")
  func newestFirstFromWithin() {
    Self.expect(
      [-50, -55, -10, -12, -70], numbers: [5, 4, 3, 2, 1],
      are: [
        (-50, .assumedFirst), (-55, .assumedFirst), (-10, .byOrder), (-12, .byOrder), (-70, .certain),
      ])
    // Rising numbers in a little disorder are no return.
    Self.expect(
      [-50, -51, -49], numbers: [2, 1, 3],
      are: [(-50, .assumedFirst), (-51, .assumedFirst), (-49, .assumedFirst)])
  }

  @Test("where the newest come first is taken for the second pass until the clock runs forward")
  func exportFromWithin() {
    Self.expect(
      [-50, -55, -10, -12, -70], numbers: [5, 4, 3, 2, 1], isNewestFirst: true,
      are: [(10, .assumedSecond), (5, .assumedSecond), (-10, .byOrder), (-12, .byOrder), (-70, .certain)])
    // Also with a new numbering, of which no order is known.
    var resolver = LocalTimeResolver(isNewestFirst: true)
    _ = resolver.resolve(Self.reading(5), number: 2)
    _ = resolver.resolve(Self.reading(-5), number: 1)
    resolver.numberingBeginsAnew()
    let resolved = resolver.resolve(Self.reading(-15), number: 90)
    #expect(resolved.utc.milliseconds == 45 * Self.minute && resolved.certainty == .byOrder)
  }

  @Test("where the newest come first is the mirror of the same where they come last", arguments: 1...40)
  func mirror(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var rising = LocalTimeResolver()
    var falling = LocalTimeResolver(isNewestFirst: true)
    let mirrored = { (time: WallTime) in WallTime(milliseconds: -time.milliseconds) }
    var local = Int64.random(in: -130...(-20), using: &random)
    var number: UInt32 = 1_000_000
    for _ in 0..<50 {
      let reading = Self.reading(local)
      let mirror: LocalReading =
        switch reading {
        case .once(let utc): .once(mirrored(utc))
        case .twice(let earlier, let later): .twice(earlier: mirrored(later), later: mirrored(earlier))
        case .never(let jump): .never(jump: mirrored(jump))
        }
      let isNumbered = Int.random(in: 0..<8, using: &random) > 0
      let one = rising.resolve(reading, number: isNumbered ? number : nil)
      let other = falling.resolve(mirror, number: isNumbered ? 2_000_000 - number : nil)
      #expect(other.utc == mirrored(one.utc))
      #expect(other.certainty == (one.certainty == .assumedFirst ? .assumedSecond : one.certainty))
      if Int.random(in: 0..<15, using: &random) == 0 {
        rising.numberingBeginsAnew()
        falling.numberingBeginsAnew()
      }
      // Now and then backwards, by number or by the clock.
      let back: Int64 = Int.random(in: 0..<9, using: &random) == 0 ? 50 : 0
      local += Int64.random(in: -8...14, using: &random) - back
      number = Int.random(in: 0..<6, using: &random) == 0 ? number - 3 : number + 2
    }
  }

  @Test("that was fetched later is resolved by its number")
  func backfilled() {
    // 3 and 4 were lost and come behind 5, which is of the second pass.
    Self.expect(
      [-65, -20, -50, -10, -55, -45], numbers: [1, 2, 5, 3, 4, 6],
      are: [
        (-65, .certain), (-20, .assumedFirst), (10, .byOrder), (-10, .byOrder), (5, .byOrder), (15, .byOrder),
      ])
  }

  @Test("knows no order over a new numbering, but time goes on")
  func newNumbering() {
    var resolver = LocalTimeResolver()
    _ = resolver.resolve(Self.reading(-5), number: 500)
    resolver.numberingBeginsAnew()
    let resolved = resolver.resolve(Self.reading(-50), number: 1)
    #expect(resolved.utc.milliseconds == 10 * Self.minute && resolved.certainty == .byOrder)
  }

  @Test("that never was is read by the offset before, and marked")
  func skipped() {
    var resolver = LocalTimeResolver()
    let resolved = resolver.resolve(
      .never(jump: WallTime(milliseconds: 0)), skippedAs: WallTime(milliseconds: 90))
    #expect(resolved.utc.milliseconds == 90 && resolved.certainty == .skippedHour)
  }
}
