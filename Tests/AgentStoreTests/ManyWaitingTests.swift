import AgentCore
import CSQLite
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

/// Counts the steps of SQLite's virtual machine: what work costs, whatever else the machine does.
private final class StepCounter {
  private var count = 0

  /// Counts those of that connection from now on. To be kept as long as the connection is.
  func watch(_ connection: borrowing Connection) {
    let counter = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      connection.handle, 1,
      { counter in
        if let counter { Unmanaged<StepCounter>.fromOpaque(counter).takeUnretainedValue().count += 1 }
        return 0
      }, counter)
  }

  /// The steps since the last time.
  func take() -> Int {
    defer { count = 0 }
    return count
  }
}

@Suite("Many waiting passings")
struct ManyWaitingTests {
  @Test("do not make it more work to start, to read, to change or to show the ledger than a thousand do")
  func constantWork() throws {
    let few = try work(waiting: 1000)
    let many = try work(waiting: 200_000)
    for (few, many) in zip(few, many) {
      #expect(
        few.steps > 0 && many.steps <= few.steps, "\(many.what): \(many.steps) steps, \(few.steps) before")
    }
  }

  /// What is done with a store in which so many wait, with the steps of SQLite's virtual machine that each took.
  private func work(waiting count: UInt32) throws -> [(what: String, steps: Int)] {
    let folder = TemporaryFolder()
    do {
      var database = try AgentDatabase.open(directory: folder.path)
      try fillWaiting(&database, Int(count))
    }
    var work: [(what: String, steps: Int)] = []
    var database = try AgentDatabase.open(directory: folder.path)
    let counter = StepCounter()
    counter.watch(database.connection)
    let snapshot = try database.snapshot(cloud: cloud)
    work.append(("snapshot", counter.take()))
    #expect(snapshot.files.map(\.waiting) == [Int(count)])
    for request: PassingRequest in [
      .openFile(raceKey), .readWaiting(raceKey, after: 0, limit: 500), .doubt(raceKey), .believe(raceKey),
      .acknowledge(raceKey, NumberSet(1...500)), .capture(raceKey, [kept(count + 1)]),
    ] {
      let report = try database.perform([request])
      work.append(("\(request)", counter.take()))
      if case .waiting(_, _, let waiting) = report[0] { #expect(waiting.count == 500) }
    }
    let view = try PassingView(directory: folder.path, cloud: cloud)
    counter.watch(view.connection)
    #expect(try view.ledger().map(\.summary.waiting) == [Int(count) - 499])
    work.append(("ledger", counter.take()))
    return work
  }

  @Test("are never looked through: every statement about passings and spans searches")
  func queryPlans() throws {
    let folder = TemporaryFolder()
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
