import One4AllProtocol
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
    #expect(queue.rows(of: key).count == 2)
  }

  @Test("Memory is bounded: ten minutes at the line's rate fit in, and what does not is refused, not taken")
  func bound() throws {
    var queue = CaptureQueue()
    let one = try row(1)
    #expect(CaptureQueue.capacity > 245 * 600)
    for _ in 0..<CaptureQueue.capacity { _ = queue.add(one, to: key, at: at(0)) }
    #expect(queue.room == 0)
    let frame = DoubtfulFrame(key: key, passing: one.passing, reason: .jump, arrivedWall: one.arrivedWall)
    let isTaken = [queue.add(one, to: key, at: at(0)), queue.add(frame, at: at(0))]
    #expect(isTaken == [false, false])
    #expect(queue.rowCount == CaptureQueue.capacity)
    _ = queue.next(at: at(0))
    queue.finish()
    #expect(queue.room == 500)
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
