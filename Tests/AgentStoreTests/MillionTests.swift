import AgentCore
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("A million waiting passings")
struct MillionTests {
  private let folder = TemporaryFolder()

  @Test("do not make the store slower to open, to read from, or to change")
  func constantTime() throws {
    do {
      var database = try AgentDatabase.open(directory: folder.path)
      try fillWaiting(&database, 1_000_000)
    }
    var times: [Int64] = []
    for _ in 1...3 {
      let start = SystemClock.monotonicNanoseconds
      var database = try AgentDatabase.open(directory: folder.path)
      let snapshot = try database.snapshot(cloud: cloud)
      times.append(SystemClock.monotonicNanoseconds - start)
      #expect(snapshot.files.map(\.waiting) == [1_000_000])
    }
    #expect(times.min() ?? .max < 100_000_000)
    var database = try AgentDatabase.open(directory: folder.path)
    for request: PassingRequest in [
      .openFile(raceKey), .readWaiting(raceKey, after: 0, limit: 500), .doubt(raceKey), .believe(raceKey),
      .acknowledge(raceKey, NumberSet(1...500)), .capture(raceKey, [kept(1_000_001)]),
    ] {
      let start = SystemClock.monotonicNanoseconds
      let report = try database.perform([request])
      #expect(SystemClock.monotonicNanoseconds - start < 200_000_000, "\(request)")
      if case .waiting(_, _, let waiting) = report[0] { #expect(waiting.count == 500) }
    }
    let view = try PassingView(directory: folder.path, cloud: cloud)
    let start = SystemClock.monotonicNanoseconds
    #expect(try view.ledger().map(\.summary.waiting) == [999_501])
    #expect(SystemClock.monotonicNanoseconds - start < 50_000_000)
  }

  @Test("are never looked through: every statement about passings and spans searches")
  func queryPlans() throws {
    let database = try AgentDatabase.open(directory: folder.path)
    for sql in database.connection.statements() {
      guard ["passing ", "span "].contains(where: { sql.contains("FROM \($0)") }) else { continue }
      let plan = try database.connection.prepare("EXPLAIN QUERY PLAN \(sql)", for: "test")
      var steps = 0
      while try plan.step() {
        let step = plan.text(3)
        #expect(!step.contains("SCAN passing") && !step.contains("SCAN span"), "\(sql): \(step)")
        steps += 1
      }
      #expect(steps > 0)
    }
  }
}
