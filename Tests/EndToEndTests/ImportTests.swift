import Glibc
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

extension EndToEndTests {
  /// A One4All 5 backup file with so many passings, one a second.
  private static func backup(_ count: Int, from first: Int = 1) -> String {
    (first..<first + count).map { number in
      let second = number % 60
      let minute = number / 60 % 60
      let time = "08:\(minute < 10 ? "0" : "")\(minute):\(second < 10 ? "0" : "")\(second).250"
      return "\(number);MC;\(String(10_000 + number));2025-01-11;\(time);3;4;0a1b2\r\n"
    }.joined()
  }

  @Test(
    "A backup file that is imported twice is in the cloud once, as soon as the reader's own file leaves room")
  func importTwice() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { ($0["passings"]?["acknowledged"]?.integer ?? 0) > 0 })
    let name = "20250111-080000.csv"
    let file = field.folder.write(name, Self.backup(1200))
    let dry = try field.tool("import", file, "--dry-run")
    #expect(dry.code == 0 && dry.output.contains("1200; nothing was done (--dry-run)"))
    #expect(field.ledger(name) == .null)
    let first = try field.tool("import", file)
    #expect(first.code == 0 && first.errors.isEmpty, "\(first)")
    #expect(first.output.contains("  new         1200\n"))
    #expect(first.output.contains("1200 stored = 0 acknowledged + 1200 waiting + 0 rejected; 0 lost"))
    #expect(first.output.contains("is being written by the reader"), "\(first.output)")
    #expect(field.session(name).isEmpty)
    try field.tell("reader", "stop")
    #expect(eventually(within: 30) { field.ledger(name)["acknowledged"] == 1200 })
    let second = try field.tool("import", file)
    #expect(second.code == 0)
    #expect(second.output.contains("  new         0\n") && second.output.contains("1200 stored already"))
    #expect(second.output.contains("1200 stored = 1200 acknowledged + 0 waiting + 0 rejected; 0 lost"))
    let there = field.session(name)
    #expect(there.count == 1200 && Set(there.compactMap { $0["num_passing"]?.integer }).count == 1200)
    let last = there.first { $0["num_passing"] == 1200 }
    #expect(last?["chip"] == "MC11200" && last?["timestamp"] == "2025-01-11T14:20:00.250Z")
    #expect(field.sessions.allSatisfy { $0["duplicates"] == 0 } && field.sessions.count == 2)
    field.folder.write(name, "7;MC;00007;2025-01-11;08:00:07.250;3;4;0a1b2\n")
    let other = try field.tool("import", file)
    #expect(other.code == 1 && other.output.contains("1 stored otherwise; those that are stored stay: 7"))
    #expect(field.session(name).first { $0["num_passing"] == 7 }?["chip"] == "MC10007")
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
    #expect(field.stop() == 0)
  }

  @Test("Older backups, files with several numberings, and faults in them; exports of the cloud are refused")
  func importForms() throws {
    let field = try Field()
    try field.tell("reader", "stop")
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    let older = field.folder.write(
      "older.csv",
      """
      ID2-20200315-062123- 123-e: 512_1
      DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;045
      DM00329;2020/03/15;06:02:5x.029;06:02:56.311;3;045
      VOIDTAG;2020/03/15;06:02:57.029;06:02:57.311;3;045
      DM00330;2020/03/15;06:02:58.029;06:02:58.311;3;001
      VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;0;000
      DM00331;2020/03/15;06:03:58.029;06:03:58.311;3;001
      20200315-163625-695

      """)
    let answer = try field.tool("import", older, "--session", "start line", "--time-zone", "Europe/Madrid")
    #expect(answer.code == 65)
    #expect(
      answer.errors.hasPrefix("\(older):3: the time of the first read is not valid"), "\(answer.errors)")
    #expect(answer.output.contains("start line of reader O4A5-00051"))
    #expect(answer.output.contains("  test reads  2, left out\n"), "\(answer.output)")
    #expect(eventually(within: 30) { field.session("start line").count == 3 })
    let passings = field.session("start line")
    #expect(passings.map { $0["num_passing"]?.integer } == [1, 4, 6])
    let passing = passings.first
    #expect(passing?["timestamp"] == "2020-03-15T05:02:55.311Z" && passing?["chip"] == "DM00328")
    // Lines that are no passings leave out numbers of the file's own order, which no reader has.
    let row = field.ledger("start line")
    #expect(row["gaps"] == 0 && row["gap_numbers"] == "" && row["lost"] == 0, "\(row)")
    let two = field.folder.write(
      "two.csv", Self.backup(90) + Self.backup(40).replacing("-01-11;", with: "-01-12;"))
    #expect(try field.tool("import", two).code == 0)
    #expect(
      eventually(within: 30) {
        field.session("two.csv").count == 90 && field.session("two-2.csv").count == 40
      })
    let export = field.folder.write(
      "export.csv", text(of: "export.csv") ?? "")
    let refused = try field.tool("import", export)
    #expect(refused.code == 65 && refused.errors.contains("its passings are in the cloud already"))
    #expect(field.ledger("export.csv") == .null)
    #expect(try field.tool("import", field.folder.file("none.csv")).code == 66)
    #expect(try field.tool("import", two, "--session", "a/b").code == 64)
    #expect(try field.tool("import", two, "--time-zone", "Europe/Nowhere").code == 64)
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
    #expect(field.stop() == 0)
  }

  /// A recording that the tests of `decode` keep.
  private func text(of recording: String) -> String? {
    let folder = Files.parent(of: Files.parent(of: #filePath)) + "/TechnicianToolTests/Golden/decode"
    return (try? Files.read("\(folder)/\(recording)")).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("Without a reader, a person names it and its zone")
  func importWithoutReader() throws {
    let field = try Field()
    try field.tell("reader", "unplug")
    try field.start()
    #expect(field.waits { $0["reader"]?["state"] == "absent" })
    let file = field.folder.write("20250111-080000.csv", Self.backup(3))
    let nameless = try field.tool("import", file)
    #expect(nameless.code == 1 && nameless.errors.contains("name its serial number"), "\(nameless)")
    let zoneless = try field.tool("import", file, "--serial-number", "O4A5-00007")
    let dry = try field.tool("import", file, "--serial-number", "O4A5-00007", "--dry-run")
    #expect(dry.code == 1 && dry.errors.contains("name one, e.g. --time-zone"), "\(dry)")
    #expect(zoneless.code == 1 && zoneless.errors.contains("time zone is not known"), "\(zoneless)")
    let kept = try field.tool("import", file, "--serial-number", "O4A5-00007", "--time-zone", "Europe/Madrid")
    #expect(kept.code == 0 && kept.output.contains("the reader is not a device of the cloud yet"), "\(kept)")
    #expect(field.stop() == 0)
  }
}
