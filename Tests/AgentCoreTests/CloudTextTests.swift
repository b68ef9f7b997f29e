import JSONDocument
import Testing

@testable import AgentCore

@Suite("Text that the cloud sends")
struct CloudTextTests {
  @Test("is cut at the end of a character", arguments: ["a", "é", "€", "👩‍👩‍👧‍👦", "e\u{301}"])
  func cut(character: String) {
    let text = String(repeating: character, count: 4000)
    let cut = text.cut()
    #expect(cut.utf8.count <= 2048 && cut.utf8.count > 2048 - 30 && cut.hasSuffix("..."))
    #expect(text.hasPrefix(cut.dropLast(3)))
    #expect(character.cut() == character)
    // One character of any length is no way around it.
    #expect(("x" + String(repeating: "\u{301}", count: 5000)).cut().utf8.count <= 2048)
  }

  @Test("is one line without what a terminal obeys")
  func line() {
    #expect("a\r\n\t b\u{1B}[31m\u{202E}c \u{7}".inOneLine() == "a b[31mc")
    #expect(String(repeating: "€", count: 9000).inOneLine(limit: 100).utf8.count <= 100)
  }

  @Test("is read for its fields where it should have been JSON")
  func loose() {
    let text = "{ description: \"Sessions not found\", deviceid: AB12, 'note' : 'x, y', count: 7}"
    #expect(text.looseField("description") == "Sessions not found")
    #expect(text.looseField("deviceid") == "AB12" && text.looseField("note") == "x, y")
    #expect(text.looseField("count") == "7" && text.looseField("id") == nil && text.looseField("none") == nil)
    for end in ["", ":", ": ", ": \"", "\"", "\":"] { _ = ("description" + end).looseField("description") }
    #expect(
      "description: \"\"".looseField("description") == "" && "description: }".looseField("description") == nil
    )
  }

  @Test("A description of any length is cut before it is stored, logged or shown")
  func rejection() throws {
    let world = ForwardWorld()
    let first = ForwardWorld.key("20171223-153055.csv")
    world.capture(1...1, of: first)
    world.tellCloud(
      "say 400 {\"description\":\"bib:\(String(repeating: "ü", count: 2_000_000))\"} on passings-insert")
    world.pass(seconds: 5)
    guard case .rejected(let reason)? = world.store.files[first]?.rows[1]?.state else {
      Issue.record("it is not rejected")
      return
    }
    #expect(reason.utf8.count <= 2048 && reason.contains("bib:üü"))
    let told = try #require(world.entries(.passingRejected).first)
    #expect(told.message.utf8.count < 2200 && told.fields[.reason] == reason)
    // What an earlier version has stored is shown so that all of it fits an answer of the control socket.
    let stored = StoredPassing(
      kept: world.kept(1), state: .rejected, reason: String(repeating: "ü", count: 2_000_000))
    let document = PassingDocument.document(of: first, Array(repeating: stored, count: 500), more: false)
    let shown = (document["passings"]?.array ?? []).compactMap { $0["reason"]?.string?.utf8.count }
    #expect(shown.count == 500 && shown.reduce(0, +) <= 400_000)
  }
}
