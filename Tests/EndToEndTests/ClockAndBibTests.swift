import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

extension EndToEndTests {
  @Test("The reader's clock is measured through its own zone, and setting it is left to people")
  func readerClock() throws {
    let field = try Field()
    try field.tell("reader", "clock-offset 7200")
    try field.start()
    var clock: JSONValue = .null
    #expect(
      field.waits(30) { status in
        clock = status["clock"] ?? .null
        return clock["reader_offset_seconds"]?.number != nil
      })
    let offset = try #require(clock["reader_offset_seconds"]?.number)
    let uncertainty = try #require(clock["reader_offset_uncertainty_seconds"]?.number)
    #expect(abs(offset - 7200) <= uncertainty)
    #expect(
      field.waits { status in
        (status["conditions"]?.array ?? []).contains { $0["event"] == "reader-clock" }
      })
    #expect(field.text("daemon.log").contains("is its time zone right?"))
    let reader = try JSONText.parse(field.tell("reader", "count"))
    #expect((reader["commands"]?["GETTIME"]?.integer ?? 0) >= 1 && reader["commands"]?["SETTIME"] == nil)
    #expect(field.stop() == 0)
  }

  @Test("A table of bibs with a fault changes nothing at a reload; a good one is told")
  func bibs() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    let table = field.folder.write("bibs.csv", "MC00001,1\nMC00001,2\n")
    field.configure(more: "rebind = yes\n[passings]\nbib = map\nbib_map = \(table)")
    field.daemon?.signal(SIGHUP)
    #expect(eventually { field.text("daemon.log").contains("leave one of them; the running settings stay") })
    #expect(!field.text("daemon.log").contains("settings read again"))
    field.folder.write("bibs.csv", "chip;bib\nMC00001;1\n")
    field.daemon?.signal(SIGHUP)
    #expect(eventually { field.text("daemon.log").contains("passings.bib: chip-number -> map") })
    field.folder.write("bibs.csv", "chip;bib\nMC00001;7\n")
    field.daemon?.signal(SIGHUP)
    #expect(eventually { field.text("daemon.log").contains("1 chip -> 1 chip, 0 of them as before") })
    #expect(field.stop() == 0)
  }
}
