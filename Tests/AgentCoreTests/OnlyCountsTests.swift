import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("Only a count confirms")
struct OnlyCountsTests {
  let first = ForwardWorld.key("20171223-153055.csv")
  private static let answers = [
    "null", "{}", "{\"body\":null}", "{\"errorMessage\":\"Task-timed-out\"}", "[]", "-", "<p>", "17",
    "{\"description\":\"Success\"}", "{\"inserted_count\":null}", "{\"inserted_count\":-15}",
    "{\"inserted_count\":9223372036854775807}", "{\"inserted_count\":16}", "{\"inserted_count\":\"15\"}",
    "{\"inserted_count\":15.0}", "{\"inserted_count\":10,\"duplicate_count\":9223372036854775807}",
    "{\"inserted_count\":10,\"duplicate_count\":-5}", "{\"inserted_count\":15,\"duplicate_count\":1}",
    "{\"inserted_count\":15,\"token_session\":\"another\"}",
  ]

  @Test(
    "Whatever else the cloud says confirms nothing and rejects nothing; it is told, and when it is over all goes on",
    arguments: answers, [Rehearsal.CloudAccess.write, [.read, .write]])
  func uncounted(answer: String, access: Rehearsal.CloudAccess) {
    for isDone in [false, true] {
      let world = ForwardWorld(access: access)
      world.view.current = first
      world.capture(1...5, of: first)
      world.pass(seconds: 5)
      world.tellCloud("say 200 \(answer) \(isDone ? "after-work" : "") on passings-insert")
      world.capture(6...20, of: first)
      world.pass(seconds: 75)
      let summary = world.file(first)
      // Where the key may read, what is there is found, and nothing else.
      let found = isDone && access != .write && !answer.hasPrefix("<") ? 20 : 5
      #expect((summary.acknowledged, summary.rejected) == (found, 0), "\(answer)")
      if found == 5 {
        #expect(world.isActive(.forwardFailing) && world.forwarder.lastError != nil)
        #expect(world.isActive(.backlogOld), "all is not well after a minute")
        #expect(world.batches.count < 15)
      }
      world.tellCloud("ok")
      world.pass(seconds: 70)
      world.expectComplete(first)
      #expect(world.entries(.passingRejected).isEmpty && !world.isActive(.forwardFailing))
    }
  }

  @Test("What came is said in journal and status")
  func told() {
    let world = ForwardWorld(access: .write)
    world.tellCloud("say 200 {\"errorMessage\":\"Out-of-memory\"} on passings-insert")
    world.capture(1...5, of: first)
    world.pass(seconds: 90)
    let told = world.entries(.forwardFailing)
    #expect(told.count == 1 && told[0].message.contains("HTTP 200, {\"errorMessage\": \"Out-of-memory\"}"))
    #expect(world.forwarder.lastError?.contains("Out-of-memory") == true)
  }

  @Test(
    "A refusal that is about the request, or about nothing, rejects no passing",
    arguments: [
      ("Missing parameter: token_session", PassingRefusal.request), ("Session not found or closed", .session),
      ("Unknown api_key", .request), ("Invalid schema: chip", .request), ("Wrong field: bib", .passing),
      ("Must NOT have additional properties (chip)", .request), ("Bad Request", .unsaid),
      ("Unknown field: passings_list[0].chip", .request), ("passings_list[7] must be an object", .passing),
      ("Missing parameter: passings_list", .unsaid), ("Invalid timestamp", .passing), ("", .unsaid),
      ("num_passing: must be >= 0", .passing), ("The body is not JSON", .request), ("Shipping", .unsaid),
    ])
  func subjects(words: String, expected: PassingRefusal) {
    #expect(PassingRefusal(.json(["description": .string(words)])) == expected)
    #expect(PassingRefusal(.other("{ description: \"\(words)\", token_session: \"ab\", }")) == expected)
    #expect(PassingRefusal(.json(["body": ["description": .string(words)]])) == expected)
  }

  @Test(
    "Passings wait while the cloud refuses their requests, are told to wait, and are sent when it takes them",
    arguments: [
      "{\"description\":\"token_session\"}", "{\"description\":\"schema\"}", "-", "{\"description\":\"no\"}",
    ])
  func refusedRequest(body: String) {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...5, of: first)
    world.pass(seconds: 5)
    world.tellCloud("say 400 \(body) on passings-insert")
    world.capture(6...60, of: first)
    world.pass(seconds: 120)
    let summary = world.file(first)
    #expect((summary.acknowledged, summary.rejected, summary.waiting) == (5, 0, 55))
    #expect(world.isActive(.forwardHeld) && world.isActive(.backlogOld))
    world.tellCloud("ok")
    world.pass(seconds: 400)
    world.expectComplete(first)
    #expect(world.entries(.passingRejected).isEmpty)
  }

  @Test("One passing that is refused without a reason waits by itself, with its reason, and the others go on")
  func refusedWithoutReason() throws {
    let world = ForwardWorld()
    world.view.current = first
    world.faults.odd[17] = 400
    world.capture(1...60, of: first)
    world.pass(seconds: 90)
    #expect(world.cloudNumbers(of: first).description == "1-16, 18-60")
    #expect(world.file(first).waiting == 1 && world.file(first).rejected == 0)
    let old = try #require(world.problems.first { $0.event == .backlogOld })
    #expect(old.message.contains("1 passing waits") && old.message.contains("HTTP 400"), "\(old.message)")
    world.faults.odd = [:]
    world.pass(seconds: 70)
    world.expectComplete(first)
  }

  @Test(
    "A report is taken only when the answer says so or the device shows it",
    arguments: ["null", "{}", "{\"body\":null}", "{\"errorMessage\":\"x\"}", "[]", "-", "17"],
    [Rehearsal.CloudAccess.write, [.read, .write]])
  func reports(answer: String, access: Rehearsal.CloudAccess) {
    for isDone in [false, true] {
      let world = World.settled(access: access)
      #expect(world.status["well"] == true)
      let before = world.agent.report.lastHeartbeatAt
      world.tellCloud("say 200 \(answer) \(isDone ? "after-work" : "") on heartbeat")
      world.pass(seconds: 95)
      if isDone && access != .write {
        #expect(world.status["well"] == true && world.agent.report.lastHeartbeatAt != before)
        #expect(world.entries(.cloudFailing).isEmpty)
      } else {
        #expect(world.status["well"] == false && world.cloudState == .failing, "\(answer)")
        #expect(world.agent.report.lastHeartbeatAt == before)
        #expect(world.status["cloud"]?["last_error"]?.string?.contains("HTTP 200") == true)
        #expect(world.entries(.cloudFailing).count == 1)
      }
      world.tellCloud("ok")
      world.pass(seconds: 65)
      #expect(world.status["well"] == true && world.misuse.isEmpty)
    }
  }
}
