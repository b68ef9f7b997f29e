import JSONDocument
import Rehearsal
import Testing

@Suite("Faults of the simulated cloud")
struct CloudFaultTests {
  var fixture = CloudFixture(emptyLists: .listed)

  private mutating func statuses(_ count: Int, _ method: String = "GET", _ path: String = "/devices") -> [Int]
  {
    (0..<count).map { _ in fixture.send(method, path).status }
  }

  @Test("A status comes until ok")
  mutating func untilOK() {
    _ = fixture.tell("fail 503")
    #expect(statuses(3) == [503, 503, 503])
    _ = fixture.tell("ok")
    #expect(statuses(1) == [200])
  }

  @Test("A status comes for so many requests; the latest fault goes first")
  mutating func counted() {
    _ = fixture.tell("fail 503 for 2 requests")
    _ = fixture.tell("fail 500 for 1 request")
    #expect(statuses(4) == [500, 503, 503, 200])
  }

  @Test("A status comes on one route, on reading or on writing only")
  mutating func scoped() {
    let deviceid = fixture.bind()
    _ = fixture.tell("fail 500 on device")
    #expect(statuses(1) == [200])
    #expect(statuses(1, "GET", "/devices/\(deviceid)") == [500])
    _ = fixture.tell("ok")
    _ = fixture.tell("fail 502 on write")
    #expect(statuses(1) == [200])
    #expect(fixture.send("PATCH", "/devices/\(deviceid)", ["firmware": "2"]).status == 502)
    #expect(fixture.device(deviceid)?["firmware"] == "1.0.1")
  }

  @Test("429 tells when to come again")
  mutating func retryAfter() {
    _ = fixture.tell("fail 429 retry-after 3")
    let answer = fixture.send("GET", "/devices")
    #expect(answer.status == 429)
    #expect(answer.headers == [.init("Retry-After", "3")])
  }

  @Test("Connections can be reset at a rate too, before or after the work")
  mutating func resetRate() {
    _ = fixture.tell("reset after 30% on bind")
    let answers = (0..<200).map { number in
      fixture.send(
        "POST", "/devices",
        ["type": "One4All", "model": "One4All 5", "serial_number": .string("O4A-\(number)")])
    }
    #expect((40...80).contains(answers.count(where: \.isReset)))
    #expect(fixture.tell("devices")?.array?.count == 200)
    #expect(fixture.tell("reset before 101%") == nil && fixture.tell("reset before x%") == nil)
  }

  @Test("A rate strikes about so many, the same ones for the same seed")
  mutating func rate() {
    _ = fixture.tell("fail rate 20% 502")
    let results = statuses(1000)
    #expect((150...250).contains(results.count { $0 == 502 }))
    #expect(Set(results) == [200, 502])
    var again = CloudFixture(emptyLists: .listed)
    _ = again.tell("fail rate 20% 502")
    #expect((0..<1000).map { _ in again.send("GET", "/devices").status } == results)
  }

  @Test("After the work: it is done, and nobody learns of it")
  mutating func afterWork() {
    _ = fixture.tell("fail 500 after-work for 1 requests")
    #expect(fixture.send("POST", "/devices", CloudFixture.identity).status == 500)
    _ = fixture.tell("reset after 1 on devices")
    #expect(fixture.send("GET", "/devices").isReset)
    #expect(fixture.send("POST", "/devices", CloudFixture.identity).status == 409)
  }

  @Test("A reset before the work leaves nothing behind")
  mutating func resetBefore() {
    _ = fixture.tell("reset before 1")
    #expect(fixture.send("POST", "/devices", CloudFixture.identity).isReset)
    #expect(fixture.tell("requests 1")?["entries"]?.array?.first?["status"] == JSONValue.null)
    #expect(fixture.send("POST", "/devices", CloudFixture.identity).status == 201)
  }

  @Test("Slow answers are late, and as good as others")
  mutating func slow() {
    _ = fixture.tell("slow 2s")
    let answer = fixture.send("GET", "/devices")
    #expect(answer.status == 200 && answer.delayMilliseconds == 2000)
    _ = fixture.tell("fail 503")
    #expect(fixture.send("GET", "/devices").delayMilliseconds == 2000)
    _ = fixture.tell("slow off")
    #expect(fixture.send("GET", "/devices").delayMilliseconds == 0)
  }

  @Test("A captive portal says 200 and means nothing")
  mutating func portal() {
    _ = fixture.tell("portal on")
    let answer = fixture.send("POST", "/devices", CloudFixture.identity)
    guard case .text(let page, let type) = answer.body else {
      Issue.record("no page")
      return
    }
    #expect(answer.status == 200 && type.hasPrefix("text/html") && page.hasPrefix("<!DOCTYPE html>"))
    _ = fixture.tell("portal off")
    #expect(fixture.tell("devices")?.array?.isEmpty == true)
  }

  @Test("A redirect names the other address")
  mutating func redirect() {
    _ = fixture.tell("redirect http://example.invalid/login")
    let answer = fixture.send("GET", "/devices")
    #expect(answer.status == 302)
    #expect(answer.headers == [.init("Location", "http://example.invalid/login")])
    _ = fixture.tell("redirect off")
    #expect(statuses(1) == [200])
  }

  @Test("The heartbeat's route can be missing", arguments: ["off": 404, "404": 404, "405": 405, "501": 501])
  mutating func heartbeatRoute(word: String, status: Int) {
    let deviceid = fixture.bind()
    _ = fixture.tell("patch-route \(word)")
    #expect(fixture.send("PATCH", "/devices/\(deviceid)", ["firmware": "2"]).status == status)
    #expect(fixture.device(deviceid)?["firmware"] == "1.0.1")
    #expect(fixture.misuses == [])
    _ = fixture.tell("patch-route on")
    #expect(fixture.send("PATCH", "/devices/\(deviceid)", ["firmware": "2"]).status == 200)
  }

  @Test("What is malformed is recorded even while the cloud fails")
  mutating func misuseDuringFault() {
    _ = fixture.tell("fail 503")
    #expect(fixture.send("POST", "/devices", ["type": 1]).status == 503)
    #expect(fixture.misuses == ["malformed"])
    _ = fixture.tell("misuse clear")
    #expect(fixture.misuses == [])
  }

  @Test("The Date header tells the truth, lies, or is not there")
  mutating func date() {
    #expect(fixture.send("GET", "/devices").date == .at(fixture.now))
    _ = fixture.tell("date-offset 3600s")
    #expect(fixture.send("GET", "/devices").date == .at(fixture.now + 3_600_000))
    _ = fixture.tell("date-offset -1500ms")
    #expect(fixture.send("GET", "/devices").date == .at(fixture.now - 1500))
    _ = fixture.tell("date-offset omit")
    #expect(fixture.send("GET", "/devices").date == .omitted)
    _ = fixture.tell("date-offset off")
    #expect(fixture.send("GET", "/devices").date == .at(fixture.now))
  }

  @Test("Both envelopes carry the same")
  mutating func envelopes() {
    let deviceid = fixture.bind()
    let plain = fixture.send("GET", "/devices/\(deviceid)").document
    _ = fixture.tell("envelope body")
    #expect(fixture.send("GET", "/devices/\(deviceid)").document?["body"] == plain)
    #expect(
      fixture.send("POST", "/devices", CloudFixture.identity).document?["body"]?["deviceid"]
        == .string(deviceid))
    let unknown = String(repeating: "F", count: 64)
    #expect(fixture.send("GET", "/devices/\(unknown)").document == ["body": nil])
    _ = fixture.tell("ok")
    #expect(fixture.send("GET", "/devices/\(deviceid)").document?["body"] == plain)
  }

  @Test("Error bodies can be as the vendor's page shows them, empty, or HTML")
  mutating func errorBodies() {
    let path = "/devices/" + String(repeating: "F", count: 64)
    _ = fixture.tell("error-body broken")
    #expect(
      fixture.send("GET", path).body
        == .text("{\n    description: \"Device not found\",\n}\n", type: "application/json"))
    _ = fixture.tell("error-body empty")
    #expect(fixture.send("GET", path).body == .empty)
    _ = fixture.tell("error-body html")
    guard case .text(_, "text/html; charset=utf-8") = fixture.send("GET", path).body else {
      Issue.record("no HTML")
      return
    }
  }

  @Test("Good answers can carry unknown fields, nulls, or lack fields")
  mutating func fields() {
    let deviceid = fixture.bind()
    _ = fixture.tell("fields unknown")
    _ = fixture.tell("fields null firmware alias")
    _ = fixture.tell("fields missing last_seen")
    let device = fixture.device(deviceid)
    #expect(device?["x_unknown"] != nil)
    #expect(device?["firmware"] == JSONValue.null)
    #expect(device?.object?["last_seen"] == nil)
    #expect(device?["model"] == "One4All 5 PRO")
    _ = fixture.tell("fields good")
    #expect(fixture.device(deviceid)?["firmware"] == "1.0.1")
  }

  @Test("A person unbinds, closes and edits")
  mutating func edits() {
    let deviceid = fixture.bind()
    let token = fixture.open(deviceid)
    #expect(fixture.tell("close-session O4A-00150") == .string("closed \(token)"))
    #expect(fixture.cloud.tell("close-session \(token)") == .refused("no active session of '\(token)'"))
    for (field, value) in [
      ("firmware", "9.9"), ("model", "One4All 5 PRO"), ("alias", "Finish and start"),
      ("last_seen", "2020-01-01T00:00:00.000Z"), ("serial_number", "O4A-2"),
    ] {
      #expect(fixture.tell("set O4A-00150 \(field) \(value)") != nil)
      #expect(fixture.device(deviceid)?[field] == .string(value))
    }
    #expect(fixture.tell("set O4A-00150 alias null") != nil)
    #expect(fixture.device(deviceid)?["alias"] == JSONValue.null)
    #expect(fixture.tell("unbind O4A-2") != nil)
    #expect(fixture.send("GET", "/devices/\(deviceid)").status == 404)
    #expect(fixture.cloud.tell("unbind O4A-2") == .refused("no device 'O4A-2'"))
  }

  @Test("Every request is on record with what was sent")
  mutating func record() {
    let deviceid = fixture.bind()
    fixture.now += 1
    _ = fixture.send("GET", "/devices?page=1")
    let log = fixture.tell("requests")
    #expect(log?["count"] == 2)
    #expect(
      log?["entries"] == [
        [
          "time": .string(CloudTime.text(CloudFixture.start)), "method": "POST", "path": "/v0/devices",
          "route": "bind", "status": 201, "body": CloudFixture.identity,
        ],
        [
          "time": .string(CloudTime.text(CloudFixture.start + 1)), "method": "GET",
          "path": "/v0/devices?page=1", "route": "devices", "status": 200, "body": nil,
        ],
      ])
    #expect(!"\(String(describing: log))".contains(CloudFixture.key))
    #expect(deviceid.count == 64)
    _ = fixture.tell("requests clear")
    #expect(fixture.tell("requests")?["count"] == 0)
  }

  @Test("The record is bounded and counts on")
  mutating func bounded() {
    _ = statuses(5000)
    let log = fixture.tell("requests")
    #expect(log?["count"] == 5000)
    #expect((2000..<4000).contains(log?["entries"]?.array?.count ?? 0))
  }
}
