import AgentCore
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

@testable import TechnicianTool

private let settings = AgentSettings(
  reader: .init(
    port: .device(path: "/dev/ttyUSB0"), baudRate: 115_200, dtr: true, rts: true, settleDelay: .zero,
    pollInterval: .seconds(10), silenceTimeout: .seconds(30), replyTimeout: .seconds(3), timeZone: nil),
  cloud: .init(
    url: "https://cloud.example/v0", apiKeyFile: nil, authHeader: "api_key", caFile: nil, proxy: nil,
    connectTimeout: .seconds(10), requestTimeout: .seconds(30), heartbeatInterval: .seconds(30),
    heartbeatRequest: .default, rebind: false), device: .init(alias: nil, type: "One4All"),
  storeDirectory: "/s", controlSocket: "/c", controlGroup: nil, logLevel: .info)

private let begin = Moment(
  monotonic: MonotonicTime(nanoseconds: 0), wall: WallTime(milliseconds: 1_800_000_000_000),
  kernelSynchronised: true)

/// What an agent says that has just been started.
private var fresh: JSONValue {
  var agent = Agent(settings: settings, bindings: [], seed: 1, at: begin.monotonic)
  _ = agent.handle(.tick, at: begin)
  return AgentStatus.document(of: agent, version: "1", at: begin)
}

@Suite("docs/status.md is the contract")
struct StatusContractTests {
  private let page: [Substring]

  init() throws {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    page = String(decoding: try Files.read("\(root)/docs/status.md"), as: UTF8.self).split(separator: "\n")
  }

  private var documented: [String] {
    page.filter { $0.hasPrefix("| `") }.compactMap {
      $0.split(separator: "`").dropFirst().first.map(String.init)
    }
  }

  @Test("It names every member of the document, and no other")
  func members() throws {
    let members = try #require(fresh.object?.members)
    let names = members.flatMap { member -> [String] in
      guard let inner = member.value.object else { return [member.name] }
      return inner.members.map { "\(member.name).\($0.name)" }
    }
    let states = ReaderState.allCases.map(\.rawValue) + CloudState.allCases.map(\.rawValue)
    #expect(documented == names + states)
  }

  @Test("It explains every state in the code's own words")
  func states() {
    for (name, help) in ReaderState.allCases.map({ ($0.rawValue, $0.help) })
      + CloudState.allCases.map({ ($0.rawValue, $0.help) })
    {
      #expect(page.contains { $0 == "| `\(name)` | \(help) |" }, "\(name)")
    }
  }

  @Test("The schema is named")
  func schema() {
    #expect(fresh["schema"] == "one4all.status/1")
    #expect(fresh["passings"]?.object?.members.allSatisfy { $0.value == 0 } == true)
  }
}

@Suite("The status page fits one screen and answers first")
struct StatusPageTests {
  private static let healthy: JSONValue = [
    "well": true, "summary": "reader O4A5-00051 connected, cloud ok, last frame 300 ms ago",
    "reader": [
      "state": "connected", "reason": nil, "port": "/dev/serial/by-id/usb-FTDI-port0",
      "device": "/dev/ttyUSB1",
      "serial_number": "O4A5-00051", "model": "One4All 5", "firmware": "1.1.3.0",
      "time_zone": "Europe/Madrid",
      "session_file": "20261124-081500.csv", "battery_percent": 87, "battery_volts": .number(25.1),
      "mains_power": false, "last_frame_at": "2026-11-24T08:16:41.000Z", "antennas": [1, 2],
    ],
    "cloud": [
      "state": "ok", "deviceid": "1C3A38059155C472", "last_heartbeat_at": "2026-11-24T08:16:40.000Z",
    ],
    "device": [
      "agrees": true,
      "fields": [["name": "firmware", "reader": "1.1.3.0", "cloud": "1.1.3.0", "agrees": true]],
    ],
    "passings": ["captured": 12], "frames": ["passing": 12, "bytes": 900], "conditions": [],
  ]

  private func lines(_ status: JSONValue) -> [Substring] {
    StatusPage(status, isColoured: false).text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test("A healthy box")
  func healthyBox() {
    let page = lines(StatusPageTests.healthy)
    #expect(page[0] == "All is well: reader O4A5-00051 connected, cloud ok, last frame 300 ms ago")
    #expect(page.contains("          O4A5-00051, One4All 5, firmware 1.1.3.0"))
    #expect(page.contains("          battery 87 %, 25.1 V, no mains, antennas 1 2"))
    #expect(page.contains("  firmware      1.1.3.0                   1.1.3.0"))
  }

  @Test("A difference is marked, and what is wrong stands below with its time")
  func difference() {
    var object = StatusPageTests.healthy.object ?? JSONObject()
    object["well"] = false
    object["device"] = [
      "agrees": false, "fields": [["name": "firmware", "reader": "1.2", "cloud": nil, "agrees": false]],
    ]
    object["conditions"] = [
      [
        "event": "device-differs", "message": "firmware differs", "since": "2026-11-24T08:16:41.000Z",
        "repetitions": 2,
      ]
    ]
    let page = lines(.object(object))
    #expect(page[0].hasPrefix("Not well: "))
    #expect(page.contains("! firmware      1.2                       -"))
    #expect(page.contains("08:16:41 firmware differs (3 times)"))
  }

  @Test("No page has more than 24 lines of 80 columns, however much is wrong")
  func fitsOneScreen() {
    var object = StatusPageTests.healthy.object ?? JSONObject()
    let long = String(repeating: "something long ", count: 20)
    object["conditions"] = .array(
      (0..<20).map { _ in ["message": .string(long), "since": "2026-11-24T08:16:41.000Z", "repetitions": 0] })
    let field: JSONValue = [
      "name": "serial_number", "reader": .string(long), "cloud": .string(long), "agrees": false,
    ]
    object["device"] = ["agrees": false, "fields": .array(Array(repeating: field, count: 5))]
    let page = lines(.object(object))
    #expect(page.count <= 25, "\(page.count) lines with the last, empty one")
    #expect(page.dropFirst().allSatisfy { $0.count <= 80 })
  }

  @Test("A daemon that has just started has a page, too")
  func freshDaemon() {
    let page = lines(fresh)
    #expect(page[0] == "Not well: reader opening, cloud waiting, no frame yet")
    #expect(page.contains("Device    nothing to compare yet"))
  }

  @Test("Colour only where it is wanted")
  func colour() {
    #expect(!StatusPage(StatusPageTests.healthy, isColoured: false).text.contains("\u{1B}"))
    #expect(StatusPage(StatusPageTests.healthy, isColoured: true).text.hasPrefix("\u{1B}[32mAll is well"))
  }
}
