import One4AllProtocol
import TestSupport
import Testing

@testable import AgentCore

@Suite("What waits for the store")
struct IntakeQueueTests {
  private let key = FileKey(serialNumber: "O4A5-00051", file: "20270115-020000.csv")

  private func at(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  private func row(_ number: UInt32) throws -> KeptPassing {
    let passing = try Passing(parsing: Array("\(number);MC;00017;2027-01-15;02:00:01.000;1;3;0a1b2".utf8))
    return KeptPassing(
      passing: passing, zone: "UTC", utc: WallTime(milliseconds: 0), arrivedAt: at(0),
      arrivedWall: WallTime(milliseconds: 0), hostSynchronised: true, origin: .pushed, trust: .believed)
  }

  /// Adds rows with those numbers; all of them fit in.
  private func fill(_ queue: inout CaptureQueue, _ numbers: ClosedRange<UInt32>, at time: Int64) throws {
    for number in numbers {
      let fits = queue.add(try row(number), to: key, at: at(time))
      #expect(fits)
    }
  }

  private func next(_ queue: inout CaptureQueue, at time: Int64) -> PassingRequest? {
    queue.next(at: at(time))
  }

  private func capture(_ numbers: ClosedRange<UInt32>) throws -> PassingRequest {
    .capture(key, try numbers.map { try row($0) })
  }

  @Test("A group goes when its oldest row is 80 ms old, or when it has 500 rows; one at a time, in order")
  func groups() throws {
    var queue = CaptureQueue()
    try fill(&queue, 1...3, at: 10)
    #expect(queue.deadline == at(90))
    #expect(next(&queue, at: 89) == nil)
    #expect(next(&queue, at: 90) == (try capture(1...3)))
    try fill(&queue, 4...600, at: 95)
    #expect(next(&queue, at: 1000) == nil)
    queue.finish()
    #expect(next(&queue, at: 95) == (try capture(4...503)))
    queue.finish()
    #expect(next(&queue, at: 95) == nil)
    queue.add(.doubt(key), at: at(96))
    #expect(next(&queue, at: 96) == (try capture(504...600)))
    queue.finish()
    #expect(next(&queue, at: 96) == .doubt(key))
    queue.finish()
    #expect(queue.isEmpty && queue.rowCount == 0 && queue.deadline == nil)
  }

  @Test("A failed request stays the first and is due again after a growing wait")
  func failures() throws {
    var queue = CaptureQueue()
    try fill(&queue, 1...1, at: 0)
    #expect(next(&queue, at: 80) == (try capture(1...1)))
    queue.fail(at: at(100))
    #expect(queue.deadline == at(350))
    try fill(&queue, 2...2, at: 110)
    #expect(next(&queue, at: 349) == nil)
    #expect(next(&queue, at: 350) == (try capture(1...2)))
    for turn in 1...9 as ClosedRange<Int64> {
      queue.fail(at: at(turn * 100_000))
      #expect(next(&queue, at: turn * 100_000 + 10_000) != nil)
    }
    queue.fail(at: at(2_000_000))
    #expect(queue.deadline == at(2_010_000))
    let rows = queue.rows(of: key)
    #expect(rows.count == 2)
  }

  @Test(
    "Memory is bounded in bytes: ten minutes at the line's rate fit in, and what does not is refused, not taken"
  )
  func bound() throws {
    var queue = CaptureQueue()
    let one = try row(1)
    var count = 0
    while queue.add(one, to: key, at: at(0)) { count += 1 }
    #expect(count > 245 * 600)
    #expect(count * MemoryLayout<KeptPassing>.stride <= CaptureQueue.limit)
    #expect(queue.isFull && !queue.isRoomy && queue.rowCount == count)
    let frame = DoubtfulFrame(key: key, passing: one.passing, reason: .jump, arrivedWall: one.arrivedWall)
    let isTaken = queue.add(frame, at: at(0))
    #expect(!isTaken)
    _ = queue.next(at: at(0))
    queue.finish()
    #expect(!queue.isFull && queue.rowCount == count - 500)
    // The last group need not be full: it is due when it is old enough.
    while queue.next(at: at(80)) != nil { queue.finish() }
    #expect(queue.room() == CaptureQueue.limit && queue.isEmpty)
  }

  @Test("Many small groups take the memory that they take: fewer rows fit in")
  func boundOfGroups() throws {
    var queue = CaptureQueue()
    let one = try row(1)
    let frame = DoubtfulFrame(key: key, passing: one.passing, reason: .jump, arrivedWall: one.arrivedWall)
    var count = 0
    while queue.add(one, to: key, at: at(0)), queue.add(frame, at: at(0)) { count += 2 }
    #expect(count > 10_000 && count < 120_000)
  }

  @Test("What an event costs does not depend on how much waits: nothing that waits is looked at")
  func cost() throws {
    for groups in [10, 10_000] as [Int] {
      var queue = CaptureQueue()
      let one = try row(1)
      let other = FileKey(serialNumber: "O4A5-00051", file: "20270116-020000.csv")
      for _ in 0..<groups {
        _ = queue.add(one, to: key, at: at(0))
        queue.add(.doubt(other), at: at(0))
      }
      _ = queue.add(one, to: other, at: at(0))
      _ = queue.next(at: at(0))
      queue.fail(at: at(0))
      for _ in 0..<100 {
        _ = queue.add(one, to: key, at: at(1))
        queue.add(.openFile(key), at: at(1))
        _ = (
          queue.unwritten, queue.importedCount(of: key), queue.room(), queue.deadline,
          queue.isUnderWay(.doubt(key))
        )
      }
      #expect(queue.looks == 0)
      // What is asked of a file costs what there is of that file.
      let rows = queue.rows(of: other)
      #expect(rows.count == 1 && queue.looks == 1)
    }
  }

  @Test("Which files have something unwritten, and how many imported rows, is right after every step")
  func incremental() throws {
    var random = SeededGenerator(seed: 7)
    var queue = CaptureQueue()
    // As it would be found by going through all that waits.
    var model: [PassingRequest] = []
    let keys = (0..<3).map { FileKey(serialNumber: "O4A5-00051", file: "2027011\($0)-020000.csv") }
    var isUnderWay = false
    for step in 0..<800 as Range<Int64> {
      let key = keys[Int.random(in: 0..<3, using: &random)]
      switch Int.random(in: 0..<10, using: &random) {
      case 0...4:
        var one = try row(UInt32(step + 1))
        if Bool.random(using: &random) { one.origin = .imported }
        _ = queue.add(one, to: key, at: at(step))
        if case .capture(key, let rows)? = model.last, !(isUnderWay && model.count == 1), rows.count < 500 {
          model[model.count - 1] = .capture(key, rows + [one])
        } else {
          model.append(.capture(key, [one]))
        }
      case 5:
        queue.add(.noteFile(key, readerCount: UInt32(step), isSettled: false), at: at(step))
        model.append(.noteFile(key, readerCount: UInt32(step), isSettled: false))
      case 6: if queue.next(at: at(step + 100_000)) != nil { isUnderWay = true }
      case 7...8 where isUnderWay:
        queue.finish()
        model.removeFirst()
        isUnderWay = false
      default:
        if isUnderWay { queue.fail(at: at(step - 100_000)) }
        isUnderWay = false
      }
      var unwritten: Set<FileKey> = []
      var imported: [FileKey: Int] = [:]
      var kept: [FileKey: [KeptPassing]] = [:]
      for request in model {
        switch request {
        case .capture(let key, let rows):
          if rows.contains(where: { $0.origin != .imported }) { unwritten.insert(key) }
          imported[key, default: 0] += rows.count { $0.origin == .imported }
          kept[key, default: []] += rows
        case .noteFile(let key, _, _): unwritten.insert(key)
        default: break
        }
      }
      #expect(queue.unwritten == unwritten)
      for key in keys {
        #expect(queue.importedCount(of: key) == imported[key] ?? 0)
        let rows = queue.rows(of: key)
        #expect(rows == kept[key] ?? [])
      }
    }
    isUnderWay = queue.next(at: at(10_000_000)) != nil || isUnderWay
    let rest = queue.drain()
    #expect(rest == Array(model.dropFirst(isUnderWay ? 1 : 0)))
    #expect(queue.rowCount <= 500)
  }
}

@Suite("How long the line is left to pushed passings")
struct FetchPaceTests {
  private func at(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  @Test("With nobody passing slices follow each other; on a busy line they get a tenth of it")
  func shares() {
    var pace = FetchPace()
    // 100 frames in 0.43 s, as at 115200 baud.
    let idle = pace.pause(after: .milliseconds(430), frames: 100, at: at(430))
    #expect(idle == .milliseconds(20))
    for turn in 0..<400 { pace.pushed(at: at(1000 + Int64(turn) * 5)) }
    let pause = pace.pause(after: .milliseconds(430), frames: 100, at: at(3000))
    #expect(pause > .milliseconds(3500) && pause < .milliseconds(4000))
    // The same rate on a fast network is nothing.
    let fast = pace.pause(after: .milliseconds(4), frames: 100, at: at(3000))
    #expect(fast == .milliseconds(20))
    // Nothing came for a while.
    let later = pace.pause(after: .milliseconds(430), frames: 100, at: at(9000))
    #expect(later == .milliseconds(20))
  }
}

@Suite("Which moment a fetched passing's local time is")
struct PassingTimesTests {
  /// Clocks are set back from 03:00 to 02:00 at local millisecond 0 of the test's calendar: UTC+1 before, UTC after.
  private let zones: ZoneLookup = { local, zone in
    guard zone == "Test/Zone" else { return nil }
    let hour: Int64 = 3_600_000
    if local < -hour { return .once(WallTime(milliseconds: local - hour)) }
    if local >= 0 { return .once(WallTime(milliseconds: local)) }
    return .twice(
      earlier: WallTime(milliseconds: local - hour), later: WallTime(milliseconds: local))
  }

  private func passing(_ number: UInt32, minutes: Int64) throws -> Passing {
    let time = try #require(LocalDateTime(millisecondsSince1970: minutes * 60_000))
    let text = "\(number);MC;00017;\(time.dateText);\(time.preciseTimeText);1;3;0a1b2"
    return try Passing(parsing: Array(text.utf8))
  }

  private func utc(_ times: PassingTimes, _ passing: Passing, arrival: Int64? = nil) -> Int64? {
    let heard = arrival.map { WallTime(milliseconds: $0 * 60_000) }
    return times.moment(of: passing, zone: "Test/Zone", arrival: heard, zones: zones)
      .map { $0.utc.milliseconds / 60_000 }
  }

  private func learn(_ times: inout PassingTimes, _ passing: Passing, arrival: Int64? = nil) {
    let heard = arrival.map { WallTime(milliseconds: $0 * 60_000) }
    guard let time = times.moment(of: passing, zone: "Test/Zone", arrival: heard, zones: zones) else {
      return
    }
    times.learn(passing, time, zone: "Test/Zone", zones: zones)
  }

  @Test("What a synchronised host heard as it happened is of the pass that it heard it in")
  func arrival() throws {
    let times = PassingTimes()
    #expect(utc(times, try passing(1, minutes: -30), arrival: -90) == -90)
    #expect(utc(times, try passing(1, minutes: -30), arrival: -30) == -30)
    // A reader's clock that is half an hour off: the first pass, unless the order says otherwise.
    #expect(utc(times, try passing(1, minutes: -30), arrival: -60) == -90)
  }

  @Test("Fetched in order: the second pass begins where the clock runs back")
  func ascending() throws {
    var times = PassingTimes()
    var found: [Int64?] = []
    for (number, minutes) in [(1, -70), (2, -50), (3, -10), (4, -40), (5, -5), (6, 3)] as [(UInt32, Int64)] {
      let passing = try passing(number, minutes: minutes)
      found.append(utc(times, passing))
      learn(&times, passing)
    }
    #expect(found == [-130, -110, -70, -40, -5, 3])
  }

  @Test("A gap is filled by its number: between the passes' known ends, whatever came last")
  func gapFilled() throws {
    var times = PassingTimes()
    learn(&times, try passing(10, minutes: -50), arrival: -110)
    learn(&times, try passing(20, minutes: -20), arrival: -80)
    learn(&times, try passing(30, minutes: -45), arrival: -45)
    learn(&times, try passing(40, minutes: -15), arrival: -15)
    learn(&times, try passing(50, minutes: 20))
    #expect(utc(times, try passing(15, minutes: -30)) == -90)
    #expect(utc(times, try passing(35, minutes: -30)) == -30)
    // Behind number 20 the clock has run back, or is ahead of number 30.
    #expect(utc(times, try passing(25, minutes: -55)) == -55)
    #expect(utc(times, try passing(25, minutes: -10)) == -70)
  }

  @Test("No such zone is no moment")
  func noZone() throws {
    #expect(
      PassingTimes().moment(of: try passing(1, minutes: 0), zone: "No/Where", arrival: nil, zones: zones)
        == nil)
  }
}
