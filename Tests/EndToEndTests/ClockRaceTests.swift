import Glibc
import JSONDocument
import JSONText
import TestSupport
import Testing

extension EndToEndTests {
  @Test("A reader's date that falls in mid-race: no wrong passing goes out before a person lets it")
  func fallenDate() throws {
    let field = try Field(rate: 10)
    field.configure(more: "rebind = yes\n[passings]\nconfirm = never")
    try field.start()
    #expect(field.waits(40) { ($0["passings"]?["acknowledged"]?.integer ?? 0) > 20 })
    try field.tell("reader", "clock-fall")
    #expect(eventually(within: 6) { field.text("daemon.log").contains("the reader's clock has jumped") })
    var status: JSONValue = .null
    #expect(
      field.waits(40) { now in
        status = now
        return (now["passings"]?["undecided"]?.integer ?? 0) > 20
      })
    #expect(status["passings"]?["well"] == false)
    #expect((status["conditions"]?.array ?? []).contains { $0["event"] == "passings-undecided" })
    let isOld = { (passing: JSONValue) in passing["timestamp"]?.string?.hasPrefix("2000-01-01T") ?? true }
    #expect(!field.session(".csv").contains(where: isOld))
    // The clock is right again: what comes then goes on, what waits waits.
    try field.tell("reader", "clock-offset 0")
    #expect(eventually(within: 20) { field.text("daemon.log").contains("clock is right again") })
    let before = field.status["passings"]?["acknowledged"]?.integer ?? 0
    #expect(field.waits(40) { ($0["passings"]?["acknowledged"]?.integer ?? 0) > before + 20 })
    #expect(!field.session(".csv").contains(where: isOld))
    // Neither does a restart let them go.
    #expect(field.stop() == 0)
    try field.start()
    #expect(field.waits(40) { ($0["passings"]?["acknowledged"]?.integer ?? 0) > before + 40 })
    #expect(!field.session(".csv").contains(where: isOld))
    let released = try field.tool("release")
    #expect(released.code == 0 && released.output.contains("sent as they are"))
    #expect(field.waits(40) { $0["passings"]?["undecided"]?.integer == 0 })
    #expect(eventually(within: 40) { field.session(".csv").filter(isOld).count > 20 })
    #expect(try field.tool("release").code == 1)
    #expect(field.stop() == 0)
  }

  @Test("A time zone that is corrected by a reload: what waits is sent with the right UTC")
  func correctedZone() throws {
    let field = try Field(rate: 5)
    func configure(_ zone: String, forward: String) {
      field.configure(more: "rebind = yes\n[reader]\ntime_zone = \(zone)\n[passings]\nforward = \(forward)")
    }
    configure("Europe/Madrid", forward: "no")
    try field.start()
    #expect(field.waits(40) { ($0["passings"]?["stored"]?.integer ?? 0) > 20 })
    configure("GMT-06:00", forward: "yes")
    field.daemon?.signal(SIGHUP)
    #expect(
      eventually { field.text("daemon.log").contains("times by GMT-06:00 now, no more by Europe/Madrid") })
    #expect(field.waits(40) { ($0["passings"]?["acknowledged"]?.integer ?? 0) > 20 })
    let sent = field.session(".csv")
    let span = utc(time(nil) - 120)...utc(time(nil) + 60)
    #expect(sent.count > 20)
    #expect(
      sent.allSatisfy { passing in
        span.contains(passing["timestamp"]?.string ?? "") && passing["timezone"] == "GMT-06:00"
      })
    #expect(field.stop() == 0)
  }

  /// `2026-05-17T09:30:00` in UTC.
  private func utc(_ seconds: time_t) -> String {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let digits = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
      + "T\(digits(parts.tm_hour)):\(digits(parts.tm_min)):\(digits(parts.tm_sec))"
  }
}
