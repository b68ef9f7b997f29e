import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

@Suite("A FREE reader with passings of 13 fields", .serialized)
struct FormTests {
  @Test(
    "All arrive in the cloud with the right bib and chip, and stand in the backup byte for byte")
  func everyPassing() throws {
    let field = try Field(rate: 0, baud: 0, readerOptions: ["--form", "13", "--free-chips"])
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    try field.tell("reader", "rate 100")
    try #require(eventually(within: 60) { recorded(field) >= 300 })
    try field.tell("reader", "rate 0")
    let session = try #require(
      JSONText.parse(field.tell("reader", "truth"))["sessions"]?.array?.first)
    let file = try #require(session["file"]?.string)
    let frames = (session["frames"]?.array ?? []).compactMap(\.string)
    #expect(
      eventually(within: 60) { field.ledger(file)["acknowledged"]?.integer == Int64(frames.count) },
      "\(field.ledger(file))")

    let arrived = field.session(file)
    #expect(arrived.count == frames.count)
    for frame in frames {
      let fields = frame.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
      #expect(fields.count == 13)
      let entry = arrived.first { $0["num_passing"]?.integer == Int64(fields[0]) }
      let isNumber = fields[2].allSatisfy(\.isNumber)
      let bib = isNumber ? String(fields[2].drop { $0 == "0" }) : fields[2]
      #expect(
        entry?["chip"]?.string == fields[1] + fields[2] && entry?["bib"]?.string == bib, "\(frame)")
    }

    // Passings of a form that the memory had to confirm first stand behind others: the last line of a number counts.
    let backup = field.text("state/backup/O4A5-00051/\(file)")
    var lines: [Int: String] = [:]
    for line in backup.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast() {
      lines[Int(line.prefix { $0 != ";" }) ?? 0] = String(line)
    }
    #expect(lines.keys.sorted().compactMap { lines[$0] } == frames)

    let shown = try field.tool("passings", "--last", "all", "--json").output.split(separator: "\n")
    #expect(shown.count == frames.count)
    for (line, frame) in zip(shown, frames) {
      let passing = try JSONText.parse(String(line))
      let fields = frame.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
      #expect(passing["raw"]?.string == frame && passing["epc"]?.string == fields[7])
      #expect((passing["reserved"]?.array ?? []).compactMap(\.string) == Array(fields[8...11]))
    }
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
    #expect(field.stop() == 0)
  }

  private func recorded(_ field: Field) -> Int64 {
    (try? JSONText.parse(field.tell("reader", "count")))?["recorded"]?.integer ?? 0
  }
}
