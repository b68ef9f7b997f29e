import AgentCore
import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

extension World {
  /// The cloud has every passing of the reader once, with its exact time, in one session a file, and the ledger adds up.
  func expectTruth() throws {
    let sessions = tellCloud("sessions").array ?? []
    for (file, frames) in truth where !frames.isEmpty {
      let mine = sessions.filter { $0["alias"]?.string == "O4A5-00051 \(file)" }
      #expect(mine.count == 1, "\(file) has \(mine.count) sessions")
      let there = cloudPassings(try #require(mine.first?["token_session"]?.string))
      #expect(there.count == frames.count, "\(file)")
      for frame in frames {
        let passing = try Passing(parsing: Array(frame.utf8))
        let moment = WallTime(milliseconds: passing.localMilliseconds + 6 * 3_600_000)
        let entry = there[Int64(passing.number)]
        #expect(entry?["timestamp"]?.string == moment.iso8601 && entry?["chip"]?.string == passing.chipText)
      }
      let summary = passings.summary(of: FileKey(serialNumber: "O4A5-00051", file: file))
      #expect(summary.stored == frames.count && summary.lost == 0 && summary.waiting == 0)
      #expect(agent.ledger.file(summary.key)?.acknowledged == frames.count)
    }
    #expect(misuse.isEmpty, "\(misuse)")
    let ledger = agent.ledger
    #expect(
      ledger.sum(\.stored) == ledger.sum(\.acknowledged) + ledger.sum(\.waiting) + ledger.sum(\.rejected))
  }

  /// What the cloud has of a session, by number.
  private func cloudPassings(_ token: String) -> [Int64: JSONValue] {
    var calm = cloud
    var passings: [Int64: JSONValue] = [:]
    for page in 1... {
      let answer = calm.answer(
        .init("GET", "/v0/passings/session/\(token)", query: [.init("page", "\(page)")], apiKey: "key"),
        now: World.start + elapsed)
      if page == 1 { #expect(answer.status == 200, "\(answer)") }
      let list = answer.document?["result"]?.array ?? []
      for entry in list { passings[entry["num_passing"]?.integer ?? 0] = entry }
      if list.isEmpty { break }
    }
    return passings
  }
}
