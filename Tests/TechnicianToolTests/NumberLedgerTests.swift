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

  // With a cost that grew with the square of the count, this would take hours.
  @Test("may fall with gaps, as many as there are", .timeLimit(.minutes(10)), arguments: [true, false])
  func fallingIsNotDearer(isNewestFirst: Bool) {
    let ledger = Self.ledger(
      stride(from: UInt32(2_000_001), through: 1, by: -2), isNewestFirst: isNewestFirst)
    #expect(ledger.restarts == 0 && ledger.missingCount == 1_000_000 && ledger.spans == [1...2_000_001])
  }
}
