import Glibc
import JSONDocument
import JSONText
import TestSupport
import Testing

extension EndToEndTests {
  @Test("Who follows gets every passing once, in the order of their changes, over a kill of the daemon")
  func follow() throws {
    let field = try Field(rate: 20)
    try field.start()
    #expect(field.waits(40) { ($0["passings"]?["acknowledged"]?.integer ?? 0) > 0 })
    let follower = try field.follower("--all", "--json")
    #expect(field.waits(40) { ($0["passings"]?["acknowledged"]?.integer ?? 0) > 40 })
    #expect(field.stop(SIGKILL) == -SIGKILL)
    try field.start()
    let before = field.follows("follower.out").count
    #expect(eventually { field.follows("follower.out").count > before + 40 })
    try field.tell("reader", "rate 0")
    let truth = try JSONText.parse(Array(try field.tell("reader", "count").utf8))["recorded"]?.integer ?? 0
    #expect(eventually { field.follows("follower.out").count >= truth })
    follower.signal(SIGKILL)
    _ = follower.wait()
    let told = field.follows("follower.out")
    #expect(told.map { $0["number"]?.integer ?? 0 }.sorted() == Array(1...truth))
    let changes = told.map { $0["change"]?.integer ?? 0 }
    #expect(changes == changes.sorted())
    #expect(told.allSatisfy { $0["what"] == "stored" })
    // The same from a cursor on, and nothing behind the last one.
    let cursor = field.text("follower.out").split(separator: "\n").last { $0.hasPrefix("{\"cursor\"") }
    let last = try JSONText.parse(Array((cursor ?? "").utf8))["cursor"]?.string ?? ""
    #expect(try field.tool("follow", "--after", last, "--once", "--json").output.isEmpty)
    let strange = try field.tool("follow", "--after", "99999.0123456789abcdef", "--once", "--json")
    #expect(strange.output.hasPrefix("{\"restarted\":true}\n"), "\(strange)")
    #expect(strange.output.split(separator: "\n").count == Int(truth) + 2)
    #expect(field.stop() == 0)
  }
}
