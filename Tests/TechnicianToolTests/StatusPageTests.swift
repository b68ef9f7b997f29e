import AgentCore
import JSONDocument
import TechnicianTool
import Testing

@Suite("The status for a person")
struct StatusPageTests {
  private func lines(_ document: JSONValue) -> [String] {
    StatusPage(document).text(isColoured: false).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
  }

  @Test("is what was looked at and found good", arguments: StatusDocuments.all.map(\.0))
  func golden(name: String) throws {
    let document = try #require(StatusDocuments.all.first { $0.0 == name }?.1)
    try Golden.expect(StatusPage(document).text(isColoured: false), is: "status-\(name).txt")
  }

  @Test("fits one screen, with the prompt below it", arguments: StatusDocuments.all.map(\.0))
  func fits(name: String) throws {
    let lines = lines(try #require(StatusDocuments.all.first { $0.0 == name }?.1))
    #expect(lines.count <= 23)
    for line in lines { #expect(line.count <= 80, "\(line)") }
  }

  @Test("says in its first line whether all is well")
  func firstLine() {
    for (name, document) in StatusDocuments.all {
      let isWell = document["well"]?.bool == true
      #expect(lines(document)[0].hasPrefix(isWell ? "All is well: " : "Not well: "), "\(name)")
      #expect(StatusPage(document).isWell == isWell)
    }
  }

  @Test("says in its second line what to do, when all is not well")
  func secondLine() {
    #expect(lines(StatusDocuments.started)[1].hasPrefix("→ wait a moment"))
    #expect(lines(StatusDocuments.silent)[1] == "→ is the reader switched on, is the baud rate right")
    #expect(lines(StatusDocuments.conflict)[1].contains("one4allctl bind"))
    #expect(lines(StatusDocuments.healthy)[1] == "")
  }

  @Test("gives every advice whole, in two lines at most")
  func advice() {
    for event in EventName.allCases where !event.remedy.isEmpty {
      let document = StatusDocuments.changed(StatusDocuments.silent, [("advice", .string(event.remedy))])
      let page = lines(document)
      let end = page.firstIndex { $0.hasPrefix("Reader") || $0.isEmpty } ?? 0
      let advice = page[1..<end]
      #expect(advice.count <= 2 && advice.first?.hasPrefix("→ ") == true, "\(event)")
      #expect(advice.map { $0.dropFirst(2) }.joined(separator: " ") == event.remedy)
    }
    let unknown = StatusDocuments.changed(StatusDocuments.silent, [("advice", nil)])
    #expect(lines(unknown)[1] == "→ see `journalctl -u one4alld`")
  }

  @Test("says when the reader told its count")
  func countedAt() {
    #expect(
      lines(StatusDocuments.healthy).contains(
        "          reading, 20270115-074500.csv with 12 passings at 08:00:02Z"))
  }

  @Test("fits 40 columns, and cuts nothing there", arguments: StatusDocuments.all.map(\.0))
  func narrow(name: String) throws {
    let document = try #require(StatusDocuments.all.first { $0.0 == name }?.1)
    let text = StatusPage(document, width: 40).text(isColoured: false)
    try Golden.expect(text, is: "status-\(name)-40.txt")
    for line in text.split(separator: "\n") where name != "worst" {
      #expect(line.count <= 40 && !line.hasSuffix("…"), "\(line)")
    }
    #expect(
      StatusPage(document, width: 200).text(isColoured: false) == StatusPage(document).text(isColoured: false)
    )
  }

  @Test("is green when all is well, red when not, and without colour has no escape at all")
  func colours() {
    #expect(StatusPage(StatusDocuments.healthy).text(isColoured: true).hasPrefix("\u{1B}[32mAll is well: "))
    #expect(StatusPage(StatusDocuments.silent).text(isColoured: true).hasPrefix("\u{1B}[31mNot well: "))
    for (_, document) in StatusDocuments.all {
      #expect(!StatusPage(document).text(isColoured: false).unicodeScalars.contains("\u{1B}"))
    }
  }

  @Test("highlights the fields that differ, and only those")
  func differences() {
    let marked = lines(StatusDocuments.worst).filter { $0.hasPrefix("! ") }
    #expect(marked.map { $0.dropFirst(2).prefix { $0 != " " } } == ["firmware", "alias"])
    #expect(!lines(StatusDocuments.healthy).contains { $0.hasPrefix("! ") || $0.hasPrefix("? ") })
    #expect(lines(StatusDocuments.unverified).filter { $0.hasPrefix("? ") }.count == 5)
    let coloured = StatusPage(StatusDocuments.conflict).text(isColoured: true)
    #expect(coloured.contains("\u{1B}[31m! serial_number"))
    #expect(!coloured.contains("\u{1B}[31m  model"))
  }

  @Test("shows each condition with its beginning and how often it was found")
  func conditions() {
    #expect(
      lines(StatusDocuments.silent).last
        == "since 07:57:35Z (5 times): nothing valid heard on /dev/ttyUSB0 for 30 s")
    #expect(
      lines(StatusDocuments.conflict).contains { $0.hasPrefix("since 2027-01-14 21:12:03Z (42 times): ") })
  }

  @Test("tells in words why nothing is sent, unless it stands elsewhere; what is wrong has room before that")
  func hold() {
    func page(_ document: JSONValue, _ changes: [(String, JSONValue)]) -> [String] {
      let passings = StatusDocuments.changed(document["passings"] ?? .null, changes)
      return lines(StatusDocuments.changed(document, [("passings", passings)]))
    }
    let off = page(StatusDocuments.healthy, [("forward", false), ("waiting", 3), ("dropped", 2)])
    #expect(off.contains("          not sent: the configuration says forward = no"))
    #expect(off.contains("          2 dropped"))
    let held = page(StatusDocuments.healthy, [("hold", "the cloud fails (HTTP 503)")])
    #expect(held.contains("          not sent now: the cloud fails (HTTP 503)"))
    let told = page(StatusDocuments.silent, [("hold", "nothing valid heard on /dev/ttyUSB0 for 30 s")])
    #expect(!told.contains { $0.contains("not sent now") })
    let worst = page(StatusDocuments.worst, [("forward", false)])
    #expect(worst.count <= 24 && worst.contains { $0.hasPrefix("since ") })
  }

  @Test("counts the conditions that do not fit")
  func overflow() throws {
    let last = try #require(lines(StatusDocuments.worst).last)
    let shown = lines(StatusDocuments.worst).filter { $0.hasPrefix("since ") }.count
    #expect(last == "… and \(12 - shown) more: one4allctl status --json")
  }

  @Test("tells the terminal nothing that a name brought with it")
  func escapes() {
    let coloured = StatusPage(StatusDocuments.worst).text(isColoured: true)
    #expect(!coloured.contains("\u{1B}[2J"))
    #expect(coloured.contains("\u{FFFD}[2J"))
  }

  @Test("is made of any document, however little it says")
  func empty() {
    for document: JSONValue in [nil, [:], ["well": true], ["reader": [:], "device": ["fields": [[:]]]]] {
      let lines = lines(document)
      #expect(lines.count <= 23 && lines[0].contains("well: "))
    }
  }
}
