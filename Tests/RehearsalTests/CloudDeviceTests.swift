import JSONDocument
import Rehearsal
import Testing

@Suite("Devices of the simulated cloud")
struct CloudDeviceTests {
  var fixture = CloudFixture()

  @Test("are bound once: 201, then 409 with the same deviceid")
  mutating func binding() throws {
    let first = fixture.send("POST", "/devices", CloudFixture.identity)
    #expect(first.status == 201)
    let deviceid = try #require(first.document?["deviceid"]?.string)
    #expect(deviceid.count == 64 && deviceid.allSatisfy("0123456789ABCDEF".contains))
    let second = fixture.send("POST", "/devices", CloudFixture.identity)
    #expect(second.status == 409)
    #expect(second.document?["deviceid"]?.string == deviceid)
    #expect(fixture.tell("devices")?.array?.count == 1)
  }

  @Test("get a deviceid from seed and serial number alone")
  mutating func deterministic() {
    let deviceid = fixture.bind()
    var same = CloudFixture()
    var other = CloudFixture(seed: 2)
    #expect(same.bind() == deviceid)
    #expect(other.bind() != deviceid)
    var identity = CloudFixture.identity.object ?? JSONObject()
    identity["serial_number"] = "O4A-00151"
    #expect(fixture.bind(.object(identity)) != deviceid)
  }

  @Test("are shown as the vendor's page shows them")
  mutating func shown() {
    let deviceid = fixture.bind()
    let time = JSONValue.string(CloudTime.text(CloudFixture.start))
    #expect(
      fixture.device(deviceid) == [
        "deviceid": .string(deviceid), "type": "One4All", "model": "One4All 5 PRO", "alias": nil,
        "firmware": "1.0.1", "serial_number": "O4A-00150", "creation_date": time, "sessions": 0,
        "passings": 0, "last_seen": time,
      ])
  }

  @Test("that nobody bound are not found")
  mutating func unknown() {
    let answer = fixture.send("GET", "/devices/\(String(repeating: "A", count: 64))")
    #expect(answer.status == 404)
    #expect(answer.words == "Device not found")
    #expect(fixture.misuses == [])
    #expect(fixture.send("GET", "/devices/nonsense").status == 404)
    #expect(fixture.misuses == ["malformed"])
  }

  @Test("take a heartbeat's identity, last_seen and telemetry")
  mutating func heartbeat() {
    let deviceid = fixture.bind()
    fixture.now += 30_000
    let seen = CloudTime.text(fixture.now - 500)
    let answer = fixture.send(
      "PATCH", "/devices/\(deviceid)",
      [
        "serial_number": "O4A-00150", "model": "One4All 5", "firmware": "1.1.3.0", "alias": "Finish",
        "last_seen": .string(seen), "battery_percentage": 90, "battery_volts": .number(25.5),
        "mains_power": false, "charging": true, "temperature": .number(46.2), "antennas": "1234678",
      ])
    #expect(answer.status == 200)
    let device = fixture.device(deviceid)
    #expect(device?["firmware"] == "1.1.3.0")
    #expect(device?["model"] == "One4All 5")
    #expect(device?["alias"] == "Finish")
    #expect(device?["last_seen"] == .string(seen))
    #expect(fixture.tell("devices")?.array?.first?["telemetry"]?["temperature"] == .number(46.2))
    #expect(fixture.misuses == [])
  }

  @Test(
    "refuse a heartbeat that is not right, and name the field",
    arguments: [
      ("colour", "red"), ("firmware", 3), ("firmware", nil), ("firmware", ""),
      ("last_seen", "2026-01-01T00:00:00Z"), ("last_seen", 1_768_000_000_000), ("battery_percentage", "90"),
      ("battery_percentage", 101), ("mains_power", "true"), ("antennas", "129"), ("antennas", 9),
      ("temperature", true), ("deviceid", "x"),
    ] as [(String, JSONValue)])
  mutating func malformed(field: String, value: JSONValue) {
    let deviceid = fixture.bind()
    let before = fixture.device(deviceid)
    let body = JSONObject([
      .init(name: "serial_number", value: "O4A-00150"), .init(name: field, value: value),
    ])
    let answer = fixture.send("PATCH", "/devices/\(deviceid)", .object(body))
    #expect(answer.status == 400)
    #expect(answer.words?.contains(field) == true)
    #expect(fixture.misuses == ["malformed"])
    #expect(fixture.device(deviceid) == before)
  }

  @Test("refuse a binding without a required field, by name", arguments: ["type", "model", "serial_number"])
  mutating func incomplete(field: String) {
    var identity = CloudFixture.identity.object ?? JSONObject()
    identity[field] = nil
    let answer = fixture.send("POST", "/devices", .object(identity))
    #expect(answer.status == 400)
    #expect(answer.words == "Missing parameter: \(field)")
    #expect(fixture.tell("devices")?.array?.isEmpty == true)
  }

  @Test("refuse a body that is no JSON object, or is not called JSON")
  mutating func bodies() {
    #expect(fixture.send("POST", "/devices").status == 400)
    #expect(fixture.send("POST", "/devices", [1, 2]).status == 400)
    var request = CloudRequest("POST", "/v0/devices", apiKey: CloudFixture.key, body: .unreadable("cut off"))
    #expect(fixture.cloud.answer(request, now: 0).status == 400)
    request.body = .document(CloudFixture.identity)
    request.contentType = "text/plain"
    #expect(fixture.cloud.answer(request, now: 0).status == 400)
    request.contentType = "Application/JSON; charset=utf-8"
    #expect(fixture.cloud.answer(request, now: 0).status == 201)
    #expect(fixture.misuses.count == 4)
  }

  @Test("flag a last_seen that goes back, but not one that was edited here")
  mutating func goingBack() {
    let deviceid = fixture.bind()
    func beat(_ time: Int64) -> JSONValue { ["last_seen": .string(CloudTime.text(time))] }
    #expect(fixture.send("PATCH", "/devices/\(deviceid)", beat(fixture.now)).status == 200)
    _ = fixture.tell("set O4A-00150 last_seen 2030-01-01T00:00:00.000Z")
    #expect(fixture.send("PATCH", "/devices/\(deviceid)", beat(fixture.now)).status == 200)
    #expect(fixture.misuses == [])
    #expect(fixture.send("PATCH", "/devices/\(deviceid)", beat(fixture.now - 1)).status == 200)
    #expect(fixture.misuses == ["last_seen-went-back"])
    _ = fixture.send("PATCH", "/devices/\(deviceid)", beat(fixture.now + 301_000))
    #expect(fixture.misuses == ["last_seen-went-back", "last_seen-in-the-future"])
  }

  @Test("flag one reader's identity under the device of another, but not after an edit here")
  mutating func otherReader() {
    let deviceid = fixture.bind()
    _ = fixture.tell("set \(deviceid) serial_number O4A-00999")
    _ = fixture.send("PATCH", "/devices/\(deviceid)", ["serial_number": "O4A-00150"])
    #expect(fixture.misuses == [])
    #expect(fixture.device(deviceid)?["serial_number"] == "O4A-00999")
    _ = fixture.send("PATCH", "/devices/\(deviceid)", ["serial_number": "O4A-00151"])
    #expect(fixture.misuses == ["other-reader"])
  }

  @Test("carry a new firmware by the documented route as well")
  mutating func fallback() {
    let deviceid = fixture.bind()
    fixture.now += 60_000
    var identity = CloudFixture.identity.object ?? JSONObject()
    identity["firmware"] = "1.2.0"
    #expect(fixture.send("POST", "/devices", .object(identity)).status == 409)
    #expect(fixture.device(deviceid)?["firmware"] == "1.2.0")
    #expect(fixture.device(deviceid)?["last_seen"] == .string(CloudTime.text(fixture.now)))
  }

  @Test("are listed page by page")
  mutating func listing() {
    for number in 1...5 {
      _ = fixture.bind(["type": "One4All", "model": "m", "serial_number": .string("S\(number)")])
    }
    let page = fixture.send("GET", "/devices?page=2&limit=2").document
    #expect(page?["result"]?.array?.map { $0["serial_number"] } == ["S3", "S4"])
    #expect(page?["pagination"] == ["page": 2, "limit": 2, "total": 5, "pages": 3])
    #expect(fixture.send("GET", "/devices?page=4&limit=2").words == "Devices not found")
    #expect(fixture.send("GET", "/devices").document?["result"]?.array?.first?["device_status"] == "online")
    for query in ["page=0", "page=x", "limit=5001", "limit=0", "size=3"] {
      #expect(fixture.send("GET", "/devices?\(query)").status == 400)
    }
  }

  @Test("are unbound with their sessions and passings")
  mutating func unbinding() {
    let deviceid = fixture.bind()
    let token = fixture.open(deviceid)
    #expect(fixture.send("DELETE", "/devices/\(deviceid)").status == 200)
    #expect(fixture.send("GET", "/devices/\(deviceid)").status == 404)
    #expect(fixture.send("DELETE", "/devices/\(deviceid)").status == 404)
    #expect(fixture.send("GET", "/sessions/\(token)").status == 404)
    #expect(fixture.bind() == deviceid)
    #expect(fixture.device(deviceid)?["sessions"] == 0)
  }

  @Test("are behind keys: what each access type may do")
  mutating func access() {
    let deviceid = fixture.bind()
    let calls = [("GET", nil), ("PATCH", ["firmware": "2"]), ("DELETE", nil)] as [(String, JSONValue?)]
    let expected: [(CloudAccess, [Int])] = [
      (.read, [200, 403, 403]), (.write, [403, 200, 403]), ([.read, .write], [200, 200, 403]),
      (.unbind, [403, 403, 200]),
    ]
    for (access, statuses) in expected {
      _ = fixture.tell("key k:\(access.name)")
      fixture.key = "k"
      #expect(calls.map { fixture.send($0.0, "/devices/\(deviceid)", $0.1).status } == statuses)
    }
    for key in [nil, "wrong"] {
      fixture.key = key
      #expect(fixture.send("GET", "/devices").status == 403)
    }
    _ = fixture.tell("key k:off")
    fixture.key = "k"
    #expect(fixture.send("GET", "/devices").status == 403)
    #expect(fixture.misuses == [])
  }

  @Test(
    "know no other route",
    arguments: [
      ("PUT", "/devices"), ("GET", "/device"), ("GET", "/devices/"), ("GET", "/devices/a/b"),
      ("POST", "/sessions/close/x"), ("GET", "/passings"),
    ])
  mutating func routes(method: String, path: String) {
    #expect(fixture.send(method, path).status == 404)
    #expect(fixture.misuses == ["malformed"])
  }
}
