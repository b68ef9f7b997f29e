import Glibc
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

  @Test("cost the same with gaps whether they rise or fall", .timeLimit(.minutes(2)))
  func fallingIsNotDearer() {
    func time(_ numbers: some Sequence<UInt32>, isNewestFirst: Bool) -> Int {
      let start = clock()
      #expect(Self.ledger(numbers, isNewestFirst: isNewestFirst).restarts == 0)
      return clock() - start
    }
    let last: UInt32 = 600_001
    let rising = time(stride(from: 1, through: last, by: 2), isNewestFirst: false)
    for isNewestFirst in [true, false] {
      let falling = time(stride(from: last, through: 1, by: -2), isNewestFirst: isNewestFirst)
      #expect(falling < 4 * rising, "\(falling) µs of the processor, rising \(rising)")
    }
  }
}
