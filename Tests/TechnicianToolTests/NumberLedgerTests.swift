import TestSupport
import Testing

@testable import TechnicianTool

@Suite("The numbers of a recording")
struct NumberLedgerTests {
  private static func ledger(
    _ numbers: some Sequence<UInt32>, isNewestFirst: Bool
  ) -> NumberLedger {
    var ledger = NumberLedger(isNewestFirst: isNewestFirst)
    for number in numbers { _ = ledger.take(number, at: Int64(number) * 1000) }
    ledger.finish()
    return ledger
  }

  @Test("are told alike whether they rise, fall, or come in any order")
  func anyOrder() {
    var random = SeededGenerator(seed: 3)
    let numbers = (1...200).map { UInt32($0) }.filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
    let twice = numbers + numbers.prefix(2)
    let missing = (numbers[0]...numbers[numbers.count - 1]).count - numbers.count
    var shuffled = numbers.filter { $0 > 1 }
    shuffled.shuffle(using: &random)
    for (order, isNewestFirst) in [(twice, false), (twice.reversed(), true), (twice.reversed(), false)] {
      let ledger = Self.ledger(order, isNewestFirst: isNewestFirst)
      #expect(ledger.spans == [numbers[0]...numbers[numbers.count - 1]])
      #expect(ledger.missingCount == missing && ledger.repeatedCount == 2 && ledger.restarts == 0)
    }
    let rising = Self.ledger(shuffled.sorted(), isNewestFirst: false)
    let any = Self.ledger(shuffled, isNewestFirst: false)
    #expect(any.missingTexts == rising.missingTexts && any.spans == rising.spans)
  }

  /// The sessions and the numbers missing of passings, each with its second.
  private static func told(_ passings: [(UInt32, Int64)], isNewestFirst: Bool = false) -> [String] {
    var ledger = NumberLedger(isNewestFirst: isNewestFirst)
    for (number, second) in passings { _ = ledger.take(number, at: second * 1000) }
    ledger.finish()
    return ledger.spans.map { "\($0.lowerBound)-\($0.upperBound)" }
      + ["\(ledger.missingCount) missing", "\(ledger.repeatedCount) repeated"]
  }

  private static func session(_ numbers: ClosedRange<UInt32>, from second: Int64, step: Int64 = 1) -> [(
    UInt32, Int64
  )] { numbers.map { ($0, second + Int64($0) * step) } }

  @Test("begin anew also where the clock was set back")
  func clockSetBack() {
    // Newer and older session of an export, of the older one three numbers are missing.
    let newer = Self.session(1...300, from: 10_000)
    let older = Self.session(1...200, from: 12_000).filter { !(50...52 ~= $0.0) }
    let told = ["1-300", "1-200", "3 missing", "0 repeated"]
    #expect(Self.told(newer.reversed() + older.reversed(), isNewestFirst: true) == told)
    #expect(Self.told(newer + older.map { ($0.0, $0.1 - 4000) }) == told)
    // The first number of the second one was lost.
    let first = Self.session(1...86, from: 0, step: 60)
    let second = Self.session(2...76, from: 2000, step: 60)
    #expect(Self.told(first + second) == ["1-86", "2-76", "0 missing", "0 repeated"])
    // The newer session is the shorter one.
    #expect(
      Self.told(
        Self.session(1...76, from: 2000, step: 60).reversed() + first.reversed(), isNewestFirst: true)
        == ["1-76", "1-86", "0 missing", "0 repeated"])
    // Sessions no longer than what may be disorder.
    #expect(
      Self.told(
        Self.session(1...40, from: 10_000).reversed() + Self.session(1...40, from: 12_000).reversed(),
        isNewestFirst: true)
        == ["1-40", "1-40", "0 missing", "0 repeated"])
  }

  @Test("begin anew behind a session of a single passing")
  func singlePassing() {
    #expect(Self.told([(1, 0), (1, 3600), (2, 3601)]) == ["1-1", "1-2", "0 missing", "0 repeated"])
    #expect(
      Self.told([(2, 3601), (1, 3600), (1, 0)], isNewestFirst: true) == [
        "1-2", "1-1", "0 missing", "0 repeated",
      ])
    #expect(Self.told([(1, 0), (1, 0), (2, 1)]) == ["1-2", "0 missing", "1 repeated"])
    // The last number once more is a correction.
    #expect(Self.told([(7, 0), (7, 3600)]) == ["7-7", "0 missing", "1 repeated"])
  }

  @Test("do not begin anew with passings that are fetched late or again")
  func fetchedAgain() {
    let all = Self.session(1...300, from: 0, step: 10)
    let whole = "1-300"
    // The beginning was fetched late, or part of the middle, also where the clock ran back by an hour.
    #expect(Self.told(Array(all[100...]) + all[..<100]) == [whole, "0 missing", "0 repeated"])
    #expect(
      Self.told(Array(all[..<50]) + all[90...] + all[50..<90]) == [whole, "0 missing", "0 repeated"])
    for turn in [40, 70, 89, 120] {
      let back = all.map { ($0.0, $0.0 > turn ? $0.1 - 3600 : $0.1) }
      #expect(
        Self.told(Array(back[..<50]) + back[90...] + back[50..<90]) == [whole, "0 missing", "0 repeated"])
      #expect(Self.told(back + back) == [whole, "0 missing", "300 repeated"])
    }
    // Some had been heard with a wrong time.
    var wrong = all
    for index in [36, 120, 250] { wrong[index].1 += 7200 }
    #expect(Self.told(wrong + all) == [whole, "0 missing", "300 repeated"])
    // Two exports of one session, the second with more rows.
    #expect(
      Self.told(all[..<200].reversed() + all.reversed(), isNewestFirst: true) == [
        whole, "0 missing", "200 repeated",
      ])
  }

  // With a cost that grew with the square of the count, this would take hours.
  @Test("may fall with gaps, as many as there are", .timeLimit(.minutes(20)), arguments: [true, false])
  func fallingIsNotDearer(isNewestFirst: Bool) {
    let ledger = Self.ledger(
      stride(from: UInt32(2_000_001), through: 1, by: -2), isNewestFirst: isNewestFirst)
    #expect(ledger.restarts == 0 && ledger.missingCount == 1_000_000 && ledger.spans == [1...2_000_001])
  }
}
