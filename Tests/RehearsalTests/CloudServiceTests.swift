import Glibc
import HTTPServer
import JSONDocument
import JSONText
import LinuxSystem
import Rehearsal
import RehearsalTool
import Synchronization
import TestSupport
import Testing

@Suite("The simulated cloud over HTTP", .timeLimit(.minutes(20)))
struct CloudServiceTests {
  private static let key = "ror-secret"
  private static let headers = [("api_key", key), ("Content-Type", "application/json")]
  private static let identity = #"{"type":"One4All","model":"m","serial_number":"O4A-1"}"#

  private let service: CloudService

  init() throws {
    signal(SIGPIPE, SIG_IGN)
    service = try CloudService(.init(keys: [CloudServiceTests.key: [.read, .write]]))
  }

  private func connect() throws -> LoopbackConnection { try LoopbackConnection(port: service.port) }

  @Test("A device is bound and read back, all over one connection")
  func oneConnection() throws {
    let connection = try connect()
    let bound = try connection.request(
      "POST", "/v0/devices", headers: CloudServiceTests.headers, body: CloudServiceTests.identity)
    #expect(bound.status == 201)
    #expect(bound.headers["content-type"] == "application/json")
    let deviceid = try #require(try JSONText.parse(bound.body)["deviceid"]?.string)
    for _ in 0..<3 {
      let answer = try connection.request(
        "GET", "/v0/devices/\(deviceid)", headers: [("X-API-Key", CloudServiceTests.key)])
      #expect(try JSONText.parse(answer.body)["result"]?["serial_number"] == "O4A-1")
    }
    #expect(service.connections == 1)
    #expect(service.tell("connections") == "1")
    _ = try connect().request("GET", "/v0/devices")
    #expect(service.connections == 2)
    service.stop()
  }

  @Test("The query's escapes are resolved")
  func query() throws {
    _ = service.tell("empty-lists 200")
    let answer = try connect().request(
      "GET", "/v0/devices?page=%31&limit=2", headers: CloudServiceTests.headers)
    #expect(try JSONText.parse(answer.body)["pagination"]?["limit"] == 2)
  }

  @Test("What is no JSON is refused and recorded, without the key")
  func noJSON() throws {
    let answer = try connect().request(
      "POST", "/v0/devices", headers: CloudServiceTests.headers, body: "{type: One4All}")
    #expect(answer.status == 400)
    #expect(try JSONText.parse(service.tell("misuse"))["count"] == 1)
    #expect(!service.tell("requests").contains(CloudServiceTests.key))
  }

  @Test("A reset before the work is a reset, and nothing was done")
  func resetBefore() throws {
    #expect(service.tell("reset before 1") == "faults: 1")
    let connection = try connect()
    let error = #expect(throws: SystemError.self) {
      try connection.request(
        "POST", "/v0/devices", headers: CloudServiceTests.headers, body: CloudServiceTests.identity)
    }
    #expect(error?.number == ECONNRESET)
    #expect(service.tell("devices") == "[]")
  }

  @Test("A reset after the work is a reset, and it was done")
  func resetAfter() throws {
    _ = service.tell("reset after 1")
    let connection = try connect()
    let error = #expect(throws: SystemError.self) {
      try connection.request(
        "POST", "/v0/devices", headers: CloudServiceTests.headers, body: CloudServiceTests.identity)
    }
    #expect(error?.number == ECONNRESET)
    #expect(try JSONText.parse(service.tell("devices")).array?.count == 1)
  }

  @Test("A late answer keeps nobody else waiting, and stopping does not wait for it")
  func late() throws {
    _ = service.tell("slow 10min for 1 requests on devices")
    let waiting = try WorkerThread(name: "late") { [service] in
      let connection = try? LoopbackConnection(port: service.port)
      _ = try? connection?.request("GET", "/v0/devices", headers: CloudServiceTests.headers)
    }
    #expect(eventually { service.tell("requests").contains("devices") })
    let other = try connect().request("GET", "/v0/sessions/x", headers: CloudServiceTests.headers)
    #expect(other.status == 404)
    service.stop()
    waiting.join()
  }

  @Test("The Date header is the host's time, a lie, or not there")
  func date() throws {
    let connection = try connect()
    func date() throws -> String? {
      try connection.request("GET", "/v0/devices", headers: CloudServiceTests.headers).headers["date"]
    }
    let now = SystemClock.wallMilliseconds
    let honest = (0...2).map { HTTPDate.text(milliseconds: now + $0 * 1000) }
    #expect(honest.contains(try date() ?? ""))
    _ = service.tell("date-offset 3600s")
    let lies = (0...5).map { HTTPDate.text(milliseconds: now + 3_600_000 + $0 * 1000) }
    #expect(lies.contains(try date() ?? ""))
    _ = service.tell("date-offset omit")
    #expect(try date() == nil)
  }

  @Test("Status, Retry-After and Location go over the wire")
  func headersOut() throws {
    let connection = try connect()
    _ = service.tell("fail 429 retry-after 7 for 1 requests")
    let limited = try connection.request("GET", "/v0/devices", headers: CloudServiceTests.headers)
    #expect(limited.status == 429 && limited.headers["retry-after"] == "7")
    _ = service.tell("redirect http://example.invalid/")
    let moved = try connection.request("GET", "/v0/devices", headers: CloudServiceTests.headers)
    #expect(moved.status == 302 && moved.headers["location"] == "http://example.invalid/")
  }

  @Test("The log has a line for each request, never the key")
  func log() throws {
    let lines = Mutex<[String]>([])
    let service = try CloudService(.init(keys: [CloudServiceTests.key: .read])) { line in
      lines.withLock { $0.append(line) }
    }
    let connection = try LoopbackConnection(port: service.port)
    _ = try connection.request("GET", "/v0/devices", headers: CloudServiceTests.headers)
    service.stop()
    #expect(lines.withLock { $0 } == ["GET /v0/devices 404"])
  }

  @Test("A stopped service frees its port")
  func portFreed() throws {
    let port = service.port
    service.stop()
    #expect(throws: SystemError.self) { try LoopbackConnection(port: port) }
    let next = try CloudService(.init(), port: port)
    #expect(next.port == port)
    #expect(throws: HTTPServerError.listen(SystemError("bind", "127.0.0.1:\(port)", number: EADDRINUSE))) {
      try CloudService(.init(), port: port)
    }
  }
}
