import Testing

@testable import AgentCore

@Suite("What is known of each number of a session file")
struct NumberBookTests {
  private static let events: [NumberEvent] = [
    .heard, .heardAhead, .heardAndSent, .received, .imported, .confirmed, .lateAhead, .lateWaiting, .lateSent,
    .freed(isComparing: false), .freed(isComparing: true), .released, .doubted, .notCounted, .inFrontOfGap,
    .gapCounted, .notThere(isCounted: true), .notThere(isCounted: false), .givenUp, .decided, .removed,
    .audited,
  ]

  @Test("A range map is what a value a number would be", arguments: 0..<20 as Range<UInt64>)
  func ranges(seed: UInt64) {
    var random = RandomSource(seed: seed)
    var map = RangeMap(0)
    var plain = [Int](repeating: 0, count: 60)
    var changes = 0
    for _ in 0..<400 {
      let first = random.below(58)
      let last = first + random.below(58 - first)
      let value = random.below(4)
      let isKept = random.below(3) == 0
      func next(_ old: Int) -> Int { isKept && old == 2 ? old : value }
      map.update(UInt32(first)...UInt32(last), next, into: &changes) { total, count, old, new in
        #expect(old != new)
        total += count
      }
      var expected = 0
      for number in first...last where next(plain[number]) != plain[number] {
        plain[number] = next(plain[number])
        expected += 1
      }
      #expect(changes == expected)
      changes = 0
      for number in plain.indices { #expect(map[UInt32(number)] == plain[number]) }
      let ranges = Array(map.ranges)
      #expect(ranges.first?.range.lowerBound == 0 && ranges.last?.range.upperBound == .max)
      for (one, next) in zip(ranges, ranges.dropFirst()) {
        #expect(one.value != next.value && one.range.upperBound + 1 == next.range.lowerBound)
      }
      let twos = NumberSet(plain.indices.filter { plain[$0] == 2 }.map(UInt32.init))
      #expect(map.numbers { $0 == 2 } == twos)
      #expect(map.last { $0 == 2 } == twos.last)
    }
  }

  @Test("Any events: sums, sets and what is held follow from the states", arguments: 0..<20 as Range<UInt64>)
  func book(seed: UInt64) {
    var random = RandomSource(seed: seed)
    var book = NumberBook()
    var plain = [NumberState](repeating: .unheard, count: 40)
    for step in 0..<300 {
      let now = MonotonicTime(nanoseconds: Int64(step) * 50_000_000)
      let number = UInt32(1 + random.below(39))
      let event = NumberBookTests.events[random.below(NumberBookTests.events.count)]
      if case .heard = event {
        book.hold(number, at: now)
        plain[Int(number)] = plain[Int(number)].after(event)
      } else {
        let last = min(39, number + UInt32(random.below(6)))
        book.note(event, number...last)
        for each in number...last { plain[Int(each)] = plain[Int(each)].after(event) }
      }
      func numbers(_ isSuch: (NumberState) -> Bool) -> NumberSet {
        NumberSet(plain.indices.filter { isSuch(plain[$0]) }.map(UInt32.init))
      }
      for state in NumberState.allCases where state != .unheard {
        #expect(book.numbers(state) == numbers { $0 == state })
        #expect(book.count(state) == numbers { $0 == state }.count)
      }
      #expect(book.stored == numbers(\.isStored) && book.storedCount == numbers(\.isStored).count)
      #expect(book.lastStored == numbers(\.isStored).last)
      #expect(book.lost == numbers(\.isLost) && book.toAsk == numbers(\.isToAsk))
      #expect(book.isAnyWaiting == !numbers(\.isWaiting).isEmpty)
      #expect(book.unheard(upTo: 30) == numbers { $0 == .unheard }.intersection(NumberSet(1...30)))
      #expect(book.isAnyUnheard(upTo: 30) == !book.unheard(upTo: 30).isEmpty)
      #expect(book.holding.numbers == book.numbers(.held) && book.holding.count == book.count(.held))
    }
  }

  @Test("Nothing that is stored is forgotten but by the store's word, and nothing lost is sent unconfirmed")
  func table() {
    for state in NumberState.allCases {
      for event in NumberBookTests.events {
        let next = state.after(event)
        if case .removed = event { continue }
        #expect(!state.isStored || next.isStored, "\(state) \(event)")
        // What waits leaves the wait only where the memory, a person or a line without damage says so.
        if state == .unconfirmed, next == .settled {
          switch event {
          case .confirmed, .freed, .givenUp: break
          case _: Issue.record("\(event) sends what is unconfirmed")
          }
        }
      }
      #expect(state.after(.confirmed) == .settled)
      let again = state.after(.notThere(isCounted: true))
      #expect(again == (state.isStored ? .absent : .lost))
    }
  }

  @Test("The store's word decides anew; what is held and what it was asked about stays")
  func reopened() {
    var book = NumberBook()
    book.hold(9, at: MonotonicTime(nanoseconds: 0))
    book.hold(10, at: MonotonicTime(nanoseconds: 0))
    book.note(.imported, 1...6)
    book.note(.doubted, 2)
    book.note(.notThere(isCounted: true), 3)
    book.note(.notThere(isCounted: true), 4)
    book.note(.decided, 4)
    book.reopen(
      stored: NumberSet(1...9), unconfirmed: NumberSet([2, 3, 5, 9]), lost: NumberSet([12]))
    let states = (1...12).map { book[$0] }
    #expect(
      states == [
        .settled, .unconfirmed, .absent, .kept, .unconfirmed, .settled, .settled, .settled, .held, .unheard,
        .unheard,
        .lost,
      ])
    #expect(book.holding.numbers == NumberSet(9...9))
  }
}

extension RandomSource {
  /// A number below that one.
  fileprivate mutating func below(_ end: Int) -> Int { Int(next() % UInt64(end)) }
}
