import JSONDocument
import Rehearsal
import Testing

@Suite("Sessions and passings of the simulated cloud")
struct CloudSessionTests {
  var fixture = CloudFixture()

  private mutating func insert(_ token: String, _ passings: [JSONValue]) -> CloudAnswer {
    fixture.send("POST", "/passings", ["token_session": .string(token), "passings_list": .array(passings)])
  }

  @Test("A new session closes the device's other one")
  mutating func opening() {
    let deviceid = fixture.bind()
    let first = fixture.open(deviceid)
    let second = fixture.open(deviceid)
    #expect(first != second)
    let sessions = fixture.send("GET", "/sessions/device/\(deviceid)").document?["result"]?.array
    #expect(sessions?.map { $0["token_session"] } == [.string(first), .string(second)])
    #expect(sessions?.map { $0["active"] } == [false, true])
    let active = fixture.send("GET", "/sessions/device/\(deviceid)/active").document?["result"]?.array
    #expect(active?.map { $0["token_session"] } == [.string(second)])
    #expect(fixture.device(deviceid)?["sessions"] == 2)
  }

  @Test("A session needs a device that is there")
  mutating func withoutDevice() {
    let nobody = String(repeating: "0", count: 64)
    #expect(fixture.send("POST", "/sessions", ["deviceid": .string(nobody)]).status == 404)
    #expect(fixture.send("POST", "/sessions", [:]).words == "Missing parameter: deviceid")
    #expect(fixture.send("GET", "/sessions/device/\(nobody)").status == 404)
    #expect(fixture.send("GET", "/sessions/device/\(nobody)/active").status == 404)
  }

  @Test("A closed session takes no more passings")
  mutating func closing() {
    let deviceid = fixture.bind()
    let token = fixture.open(deviceid)
    #expect(insert(token, [CloudFixture.passing(1)]).status == 200)
    #expect(fixture.send("PATCH", "/sessions/close/\(token)").status == 200)
    let late = insert(token, [CloudFixture.passing(2)])
    #expect(late.status == 404)
    #expect(late.words == "Session not found or closed")
    #expect(fixture.send("PATCH", "/sessions/close/\(token)").status == 404)
    #expect(fixture.send("GET", "/sessions/device/\(deviceid)/active").status == 404)
    #expect(fixture.send("GET", "/sessions/\(token)").document?["result"]?.array?.first?["passings"] == 1)
  }

  @Test("A session knows its first and last number")
  mutating func ends() {
    let token = fixture.open(fixture.bind())
    let empty = fixture.send("GET", "/sessions/\(token)").document?["result"]?.array?.first
    #expect(empty?["first"] == JSONValue.null && empty?["last"] == JSONValue.null)
    _ = insert(token, [7, 3, 12].map { CloudFixture.passing($0) })
    let full = fixture.send("GET", "/sessions/\(token)").document?["result"]?.array?.first
    #expect(full?["first"] == 3 && full?["last"] == 12)
  }

  @Test("Passings that come again are dropped and counted")
  mutating func duplicates() {
    let token = fixture.open(fixture.bind())
    let first = insert(token, [1, 2, 3].map { CloudFixture.passing($0) }).document
    #expect(first?["inserted_count"] == 3 && first?["duplicate_count"] == 0)
    let second = insert(token, [3, 4, 4].map { CloudFixture.passing($0) }).document
    #expect(second?["token_session"] == .string(token))
    #expect(second?["inserted_count"] == 1 && second?["duplicate_count"] == 2)
    #expect(fixture.misuses == [])
    _ = insert(token, [CloudFixture.passing(1, at: CloudFixture.start + 1)])
    #expect(fixture.misuses == ["changed-passing"])
  }

  @Test(
    "A passing that is not right is refused with its place, and none of the batch is kept",
    arguments: [
      ("bib", nil), ("bib", 17), ("num_passing", "1"), ("num_passing", -1), ("num_passing", .number(1.5)),
      ("timestamp", "2026-01-01"), ("chip", 5), ("latitude", 91), ("longitude", "east"), ("lap", 1),
      ("gender", false),
    ] as [(String, JSONValue)])
  mutating func malformed(field: String, value: JSONValue) {
    let token = fixture.open(fixture.bind())
    var passing = CloudFixture.passing(2).object ?? JSONObject()
    passing[field] = value
    let answer = insert(token, [CloudFixture.passing(1), .object(passing)])
    #expect(answer.status == 400)
    #expect(answer.words?.contains("passings_list[1].\(field)") == true)
    #expect(fixture.misuses == ["malformed"])
    #expect(fixture.send("GET", "/passings/session/\(token)").words == "Passings not found")
  }

  @Test("A passing without a required field, or a list without passings, is refused")
  mutating func incomplete() {
    let token = fixture.open(fixture.bind())
    for field in ["bib", "num_passing", "timestamp"] {
      var passing = CloudFixture.passing(2).object ?? JSONObject()
      passing[field] = nil
      #expect(insert(token, [.object(passing)]).words == "Missing parameter: passings_list[0].\(field)")
    }
    #expect(insert(token, []).status == 400)
    #expect(insert(token, [1]).status == 400)
    #expect(fixture.send("POST", "/passings", ["token_session": .string(token)]).status == 400)
    #expect(insert("no such", [CloudFixture.passing(1)]).status == 404)
  }

  @Test("Coordinates may be strings or numbers")
  mutating func coordinates() {
    let token = fixture.open(fixture.bind())
    var passing = CloudFixture.passing(1).object ?? JSONObject()
    passing["latitude"] = "48.137"
    passing["longitude"] = .number(11.575)
    passing["participant_id"] = 7
    #expect(insert(token, [.object(passing)]).document?["inserted_count"] == 1)
  }

  @Test("A session's passings come by number, 5000 a page")
  mutating func pages() {
    let token = fixture.open(fixture.bind())
    _ = insert(token, (1...5001).reversed().map { CloudFixture.passing($0) })
    func numbers(_ answer: CloudAnswer) -> [Int64] {
      answer.document?["result"]?.array?.compactMap { $0["num_passing"]?.integer } ?? []
    }
    let path = "/passings/session/\(token)"
    #expect(numbers(fixture.send("GET", path)) == Array(1...5000))
    #expect(numbers(fixture.send("GET", path + "?page=2")) == [5001])
    #expect(numbers(fixture.send("GET", path + "?page=3")) == [])
    #expect(numbers(fixture.send("GET", path + "?first=10&last=12")) == [10, 11, 12])
    #expect(fixture.send("GET", path + "?first=12&last=10").status == 400)
    #expect(fixture.send("GET", path + "?first=-1").status == 400)
    #expect(fixture.send("GET", "/passings/session/unknown").status == 404)
  }

  @Test("A device's passings come by time, over all sessions")
  mutating func byTime() {
    let deviceid = fixture.bind()
    let first = fixture.open(deviceid)
    _ = insert(first, [CloudFixture.passing(1, at: 1000), CloudFixture.passing(2, at: 3000)])
    let second = fixture.open(deviceid)
    _ = insert(second, [CloudFixture.passing(1, at: 2000)])
    let path = "/passings/device/\(deviceid)"
    func times(_ answer: CloudAnswer) -> [Int64] {
      answer.document?["result"]?.array?.compactMap { $0["timestamp"]?.string.flatMap(CloudTime.parse) } ?? []
    }
    #expect(times(fixture.send("GET", path)) == [1000, 2000, 3000])
    let range = "?from=\(CloudTime.text(2000))&to=\(CloudTime.text(2999))"
    #expect(times(fixture.send("GET", path + range)) == [2000])
    #expect(fixture.send("GET", path + "?from=yesterday").status == 400)
  }

  @Test("A device's passings can be resumed after one of them")
  mutating func resuming() {
    let deviceid = fixture.bind()
    let first = fixture.open(deviceid)
    _ = insert(first, [1, 2, 3].map { CloudFixture.passing($0) })
    let second = fixture.open(deviceid)
    _ = insert(second, [1, 2].map { CloudFixture.passing($0) })
    let path = "/passings/device2/\(deviceid)"
    func places(_ answer: CloudAnswer) -> [String] {
      answer.document?["result"]?.array?.map { entry in
        let session = entry["token_session"]?.string == first ? "a" : "b"
        return session + "\(entry["num_passing"]?.integer ?? -1)"
      } ?? []
    }
    #expect(places(fixture.send("GET", path)) == ["a1", "a2", "a3", "b1", "b2"])
    #expect(places(fixture.send("GET", path + "?token_session=\(first)&last=2")) == ["a3", "b1", "b2"])
    #expect(places(fixture.send("GET", path + "?token_session=\(second)&last=1")) == ["b2"])
    #expect(fixture.send("GET", path + "?token_session=unknown").status == 404)
  }

  @Test("All passings can be had at once, as they were sent, in the order of their numbers")
  mutating func overview() throws {
    let deviceid = fixture.bind()
    let (first, second) = (fixture.open(deviceid), fixture.open(deviceid))
    _ = insert(second, [3, 1, 2].map { CloudFixture.passing($0) })
    _ = insert(second, [2, 4].map { CloudFixture.passing($0) })
    let all = fixture.tell("passings")?["sessions"]?.array
    #expect(all?.map { $0["token_session"] } == [.string(first), .string(second)])
    #expect(all?.first?["passings"] == [])
    #expect(all?.last?["passings"]?.array == (1...4).map { CloudFixture.passing($0) })
    #expect(fixture.tell("passings \(first)")?["sessions"]?.array?.count == 1)
    #expect(fixture.tell("passings nowhere") == nil)
    #expect(fixture.tell("sessions")?.array?.map { $0["duplicates"] } == [0, 1])
  }

  @Test("Pages stay right while passings with lower numbers come in")
  mutating func pagesWhileGrowing() {
    let token = fixture.open(fixture.bind())
    func numbers(_ answer: CloudAnswer) -> [Int64] {
      answer.document?["result"]?.array?.compactMap { $0["num_passing"]?.integer } ?? []
    }
    _ = insert(token, (6001...12_000).map { CloudFixture.passing($0) })
    #expect(numbers(fixture.send("GET", "/passings/session/\(token)?page=2")) == Array(11_001...12_000))
    _ = insert(token, (1...6000).map { CloudFixture.passing($0) })
    #expect(numbers(fixture.send("GET", "/passings/session/\(token)?page=1")) == Array(1...5000))
    #expect(numbers(fixture.send("GET", "/passings/session/\(token)?page=3")) == Array(10_001...12_000))
    #expect(numbers(fixture.send("GET", "/passings/session/\(token)?page=4")) == [])
    let slice = fixture.send("GET", "/passings/session/\(token)?first=5999&last=6002")
    #expect(numbers(slice) == [5999, 6000, 6001, 6002])
    #expect(slice.document?["pagination"]?["total"] == 4)
    let session = fixture.send("GET", "/sessions/\(token)").document?["result"]?.array?.first
    #expect(session?["first"] == 1 && session?["last"] == 12_000 && session?["passings"] == 12_000)
  }
}

@Suite("Lists on which nothing is")
struct CloudEmptyListTests {
  var fixture = CloudFixture()

  @Test("are 404, with what they were asked of, in a body that is no JSON: as the vendor's pages have it")
  mutating func documented() {
    let deviceid = fixture.bind()
    let missing = fixture.send("GET", "/sessions/device/\(deviceid)")
    #expect(missing.status == 404)
    #expect(
      missing.body
        == .text(
          "{\n    description: \"Sessions not found\",\n    deviceid: \"\(deviceid)\",\n}\n",
          type: "application/json"))
    #expect(fixture.send("GET", "/sessions/device/\(deviceid)/active").words == "Sessions not found")
    #expect(fixture.send("GET", "/passings/device/\(deviceid)").words == "Passings not found")
    let token = fixture.open(deviceid)
    #expect(fixture.send("GET", "/passings/session/\(token)").words == "Passings not found")
    #expect(fixture.send("GET", "/devices?page=2").words == "Devices not found")
    _ = fixture.tell("envelope body")
    #expect(fixture.send("GET", "/passings/session/\(token)").document == ["body": nil])
    #expect(fixture.misuses == [])
  }

  @Test("are empty arrays where that is told, for good")
  mutating func listed() {
    let deviceid = fixture.bind()
    _ = fixture.tell("empty-lists 200")
    _ = fixture.tell("ok")
    #expect(fixture.send("GET", "/sessions/device/\(deviceid)").document?["result"] == [])
    #expect(fixture.send("GET", "/passings/device/\(deviceid)").document?["result"] == [])
    #expect(fixture.send("GET", "/devices?page=2").document?["result"] == [])
    #expect(fixture.send("GET", "/sessions/device/\(deviceid)/active").status == 404)
  }

  @Test("An answer can be put in the place of the cloud's, before and after its work")
  mutating func said() {
    let deviceid = fixture.bind()
    _ = fixture.tell("say 200 {} for 1 requests on session-open")
    #expect(fixture.open(deviceid) == "" && fixture.send("GET", "/sessions/device/\(deviceid)").status == 404)
    _ = fixture.tell("say 201 - after-work for 1 requests on session-open")
    #expect(fixture.send("POST", "/sessions", ["deviceid": .string(deviceid)]).body == .empty)
    #expect(fixture.send("GET", "/sessions/device/\(deviceid)").status == 200)
    #expect(fixture.tell("say 99 {}") == nil && fixture.tell("say 200") == nil)
  }

  @Test("A passing can be spoilt on the cloud's side", arguments: ["missing", "twice", "other"])
  mutating func spoilt(kind: String) {
    let deviceid = fixture.bind()
    let token = fixture.open(deviceid)
    _ = fixture.send(
      "POST", "/passings",
      ["token_session": .string(token), "passings_list": [CloudFixture.passing(1), CloudFixture.passing(2)]])
    #expect(fixture.tell("spoil \(kind) \(deviceid) 3") == nil)
    #expect(fixture.tell("spoil \(kind) \(deviceid) 2") != nil)
    let list = fixture.send("GET", "/passings/device/\(deviceid)").document?["result"]?.array ?? []
    let second = list.filter { $0["num_passing"] == 2 }
    #expect(second.count == (kind == "missing" ? 0 : kind == "twice" ? 2 : 1))
    #expect(Set(second.compactMap { $0["token_session"]?.string }).count == second.count)
    #expect(second.allSatisfy { ($0["chip"] == "E200001") == (kind == "twice") })
  }
}
