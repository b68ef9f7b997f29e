import CSQLite
import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

extension EndToEndTests {
  private static func isTold(_ event: String, in status: JSONValue) -> Bool {
    (status["conditions"]?.array ?? []).contains { $0["event"]?.string == event }
  }

  @Test(
    "A reader's clock in the year 9999 or 1 ends nothing, before a restart or after",
    arguments: ["9999-12-31T12:00:00Z", "0001-01-02T12:00:00Z"])
  func readerBeyondTime(time: String) throws {
    let field = try Field()
    try field.tell("reader", "clock-at \(time)")
    for _ in 0..<2 {
      try field.start()
      #expect(
        field.waits(40) { status in
          (status["clock"]?["reader_offset_seconds"]?.number).map { abs($0) > 6e10 } == true
            && (status["passings"]?["captured"]?.integer ?? 0) > 0
        }, "\(field.text("daemon.log").suffix(2000))")
      #expect(Self.isTold("reader-clock", in: field.status))
      #expect(field.stop(SIGKILL) == -SIGKILL)
    }
  }

  @Test("A Date of the year 9999, counts of 2^63-1 and a Retry-After without end do no harm")
  func cloudBeyondTime() throws {
    let field = try Field()
    try field.tell("cloud", "date-offset 250000000000s")
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    #expect(field.status["clock"]?["cloud_time"] == .null)
    let counts = "{\"inserted_count\":9223372036854775807,\"duplicate_count\":9223372036854775807}"
    try field.tell("cloud", "say 200 \(counts) on passings-insert for 2 requests")
    let before = field.status["passings"]?["acknowledged"]?.integer ?? 0
    #expect(field.waits(40) { ($0["passings"]?["acknowledged"]?.integer ?? 0) > before + 3 })
    #expect(field.status["passings"]?["rejected"] == 0)
    // The cloud says no time, so heartbeats wait where the kernel is not synchronised; the device is read anyway.
    try field.tell("cloud", "fail 429 retry-after 9223372036854775807 for 1 requests on device")
    #expect(field.waits { $0["cloud"]?["state"] == "failing" }, "\(field.status)")
    #expect(field.stop(SIGKILL) == -SIGKILL)
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    #expect(field.stop() == 0)
  }

  @Test("A store that holds absurd times and counts is started with, and shown")
  func storeBeyondTime() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { ($0["passings"]?["acknowledged"]?.integer ?? 0) > 3 })
    try field.tell("cloud", "fail 503 on passings-insert")
    let stored = field.status["passings"]?["stored"]?.integer ?? 0
    #expect(field.waits { ($0["passings"]?["stored"]?.integer ?? 0) > stored + 3 })
    #expect(field.stop() == 0)
    for bound in [Int64.max, .min] {
      let statements = """
        UPDATE device_binding SET last_seen_ms = \(bound), bound_at_ms = \(bound);
        UPDATE file SET stored = \(bound), acknowledged = \(bound), rejected = \(bound), unconfirmed = \(bound),
          lost = \(bound), removed = \(bound), differences = \(bound), reader_count = \(bound),
          earliest_utc_ms = \(bound), latest_utc_ms = \(bound), first_contact_ms = \(bound);
        UPDATE passing SET utc_ms = \(bound), arrived_ms = \(bound), arrived_ns = \(bound);
        UPDATE cloud_session SET acknowledged = \(bound), asked_ms = \(bound);
        """
      var database: OpaquePointer?
      #expect(sqlite3_open(field.folder.file("state/one4all.db"), &database) == SQLITE_OK)
      #expect(sqlite3_exec(database, statements, nil, nil, nil) == SQLITE_OK)
      sqlite3_close(database)
      try field.start()
      #expect(field.waits { $0["device"]?["agrees"] == true }, "\(field.text("daemon.log").suffix(2000))")
      #expect(try field.tool("ledger").code <= 1)
      #expect(try field.tool("passings").code <= 1)
      #expect(field.stop() == 0)
    }
  }

  @Test(
    "A host that is synchronised and an hour ahead: an alert that names both times, no last_seen, and back again",
    .enabled(if: HostClock.canBePreloaded))
  func synchronisedAndWrong() throws {
    let field = try Field()
    let clock = try HostClock(in: field.folder)
    try field.start(on: clock)
    #expect(field.waits { $0["device"]?["agrees"] == true && $0["clock"]?["verdict"] == "agreed" })
    clock.set(offset: .seconds(3600))
    #expect(field.waits { Self.isTold("clock-contradicted", in: $0) })
    let page = try field.tool("status")
    #expect(page.code == 1 && page.output.contains("timedatectl"))
    #expect(field.status["cloud"]?["state"] == "clock")
    let shown = try #require(field.devices.first?["last_seen"]?.string)
    clock.set(offset: .zero)
    #expect(field.waits { $0["device"]?["agrees"] == true && $0["cloud"]?["state"] == "ok" })
    #expect(eventually { (field.devices.first?["last_seen"]?.string ?? "") > shown })
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
    #expect(field.stop() == 0)
  }

  @Test(
    "A step of the host's clock by 200 days makes nothing old, and one of a day back hides nothing",
    .enabled(if: HostClock.canBePreloaded), arguments: [200, -1])
  func steps(days: Int64) throws {
    let field = try Field()
    let clock = try HostClock(in: field.folder)
    try field.start(on: clock)
    #expect(field.waits { ($0["passings"]?["acknowledged"]?.integer ?? 0) > 0 })
    try field.tell("cloud", "fail 503")
    #expect(field.waits { ($0["passings"]?["waiting"]?.integer ?? 0) > 2 })
    clock.set(offset: .seconds(days * 86_400))
    var oldest = 0.0
    #expect(
      eventually {
        let ages = (try? JSONText.parse(field.tool("ledger", "--json").output))?["files"]?.array?.compactMap {
          $0["oldest_waiting_age_seconds"]?.number
        }
        oldest = ages?.max() ?? 0
        return oldest > 3
      })
    #expect(oldest < 120)
    #expect(!Self.isTold("backlog-old", in: field.status))
    #expect(field.stop() == 0)
  }
}
