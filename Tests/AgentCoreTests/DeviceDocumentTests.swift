import JSONDocument
import Testing

@testable import AgentCore

@Suite("A device as the cloud shows it")
struct DeviceDocumentTests {
  private static let device: JSONValue = [
    "deviceid": "AB12", "type": "One4All", "model": "One4All 5 PRO", "alias": nil, "firmware": "1.0.1",
    "serial_number": "O4A-00150", "last_seen": "2023-02-03T15:45:15.000Z", "sessions": 3, "x_new": [1, 2],
  ]

  static let documents: [JSONValue] = [
    ["description": "Success", "result": device],
    ["description": "Success", "result": [device]],
    ["body": ["description": "Success", "result": device]],
    ["body": ["description": "Success", "result": [device]]],
    ["body": device],
    device,
  ]

  @Test("Every envelope gives the same device", arguments: documents)
  func envelopes(document: JSONValue) throws {
    let read = try #require(DeviceDocument(.json(document)))
    #expect(read.deviceid == "AB12")
    #expect(read.serialNumber == "O4A-00150")
    #expect(read.model == "One4All 5 PRO")
    #expect(read.firmware == "1.0.1")
    #expect(read.alias == nil)
    #expect(read.lastSeen == "2023-02-03T15:45:15.000Z")
  }

  @Test(
    "What is no device is none",
    arguments: [
      .empty, .other("<html>"), .json(nil), .json(["body": nil]), .json([]), .json("text"),
      .json(["result": []]),
      .json(["description": "Success"]), .json(["result": nil, "description": "x"]),
      .json(["result": ["a", 1]]),
    ] as [CloudAnswer.Body])
  func noDevice(body: CloudAnswer.Body) {
    #expect(DeviceDocument(body) == nil)
  }

  @Test("Fields of another type do as well as they can, null and empty ones say nothing")
  func oddFields() throws {
    let document: JSONValue = [
      "deviceid": "A", "serial_number": 150, "firmware": "", "model": true, "alias": nil,
    ]
    let read = try #require(DeviceDocument(.json(document)))
    #expect(read.serialNumber == "150")
    #expect(read.firmware == nil)
    #expect(read.model == nil)
    #expect(read.alias == nil)
    #expect(read.lastSeen == nil)
  }

  @Test("Binding's answer names the deviceid beside the description, in a result or in a body")
  func deviceid() {
    #expect(DeviceDocument.deviceid(in: .json(["description": "ok", "deviceid": "AB"])) == "AB")
    #expect(DeviceDocument.deviceid(in: .json(["body": ["deviceid": "AB"]])) == "AB")
    #expect(DeviceDocument.deviceid(in: .json(["result": ["deviceid": "AB"]])) == "AB")
    #expect(DeviceDocument.deviceid(in: .json(["description": "ok"])) == nil)
    #expect(DeviceDocument.deviceid(in: .empty) == nil)
  }

  @Test("The words of an error, where there are any")
  func descriptions() {
    #expect(CloudAnswer.Body.json(["description": "Device not found"]).explanation == "Device not found")
    #expect(CloudAnswer.Body.json(["body": ["description": "no"]]).explanation == "no")
    #expect(CloudAnswer.Body.json(["body": nil]).explanation == nil)
    #expect(CloudAnswer.Body.other("Bad Gateway").explanation == "Bad Gateway")
    #expect(CloudAnswer.Body.empty.explanation == nil)
  }
}

@Suite("Reader and cloud, field by field")
struct DeviceComparisonTests {
  private static let identity = ReaderIdentity(serialNumber: "O4A-1", model: "One4All 5", firmware: "1.1")

  private func compare(
    _ fields: JSONValue, alias: String? = nil, confirmed: WallTime? = nil,
    latest: WallTime? = nil
  )
    -> DeviceComparison
  {
    DeviceComparison(
      identity: DeviceComparisonTests.identity, alias: alias, lastSeen: confirmed, confirmed: confirmed,
      latest: latest, document: DeviceDocument(.json(fields)))
  }

  private static let same: JSONValue = [
    "deviceid": "A", "serial_number": "O4A-1", "model": "One4All 5", "firmware": "1.1",
    "last_seen": "2026-01-01T00:00:10.000Z",
  ]

  @Test("The same in every field agrees")
  func agrees() {
    let comparison = compare(DeviceComparisonTests.same)
    #expect(comparison.agrees == true)
    #expect(comparison.fields.map(\.name) == DeviceComparison.Name.allCases)
    #expect(comparison.correctable.isEmpty)
  }

  @Test("Nothing read back agrees with nothing and differs from nothing")
  func unverified() {
    let comparison = DeviceComparison(
      identity: DeviceComparisonTests.identity, alias: "x", lastSeen: nil, confirmed: nil, latest: nil,
      document: nil)
    #expect(comparison.agrees == nil)
    #expect(comparison.fields.allSatisfy { $0.agrees == nil })
  }

  @Test("Another serial number is a conflict, no serial number is none")
  func conflict() {
    #expect(compare(["deviceid": "A", "serial_number": "O4A-2"]).isConflict)
    #expect(!compare(["deviceid": "A", "serial_number": nil]).isConflict)
  }

  @Test("The alias differs only where the configuration sets it")
  func alias() {
    #expect(compare(DeviceComparisonTests.same, alias: "Finish").correctable.map(\.name) == [.alias])
    #expect(compare(DeviceComparisonTests.same).correctable.isEmpty)
  }

  @Test(
    "last_seen may be cut to whole seconds, but not be behind",
    arguments: [(0, true), (2000, true), (2001, false), (-60_000, true)] as [(Int64, Bool)])
  func lastSeen(behind: Int64, agrees: Bool) throws {
    let cloud = try #require(WallTime(iso8601: "2026-01-01T00:00:10.000Z"))
    let comparison = compare(DeviceComparisonTests.same, confirmed: cloud + .milliseconds(behind))
    #expect(comparison.agrees == agrees)
  }

  @Test(
    "last_seen may not lie in the future, whoever made it",
    arguments: [(0, true), (-1, false)] as [(Int64, Bool)])
  func future(ahead: Int64, agrees: Bool) throws {
    let cloud = try #require(WallTime(iso8601: "2026-01-01T00:00:10.000Z"))
    let latest = cloud + .milliseconds(ahead)
    let comparison = compare(DeviceComparisonTests.same, confirmed: cloud, latest: latest)
    #expect(comparison.agrees == agrees)
    #expect((compare(DeviceComparisonTests.same, latest: latest).agrees == false) == !agrees)
  }
}
