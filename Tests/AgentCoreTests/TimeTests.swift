import AgentCore
import JSONDocument
import Testing

@Suite("Times as the cloud writes them")
struct WallTimeTests {
  @Test(
    "They are read with any zone and fraction, and written in UTC with milliseconds",
    arguments: [
      ("2023-02-03T15:45:15.000Z", "2023-02-03T15:45:15.000Z"),
      ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"),
      ("2023-02-03T15:45:15Z", "2023-02-03T15:45:15.000Z"),
      ("2023-02-03 15:45:15.5+01:00", "2023-02-03T14:45:15.500Z"),
      ("2023-01-01T00:10:00.123456-00:30", "2023-01-01T00:40:00.123Z"),
      ("1969-12-31T23:59:59.250Z", "1969-12-31T23:59:59.250Z"),
      ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
    ])
  func bothWays(text: String, written: String) throws {
    #expect(try #require(WallTime(iso8601: text)).iso8601 == written)
  }

  @Test(
    "Anything else is no time",
    arguments: [
      "", "now", "2023-02-30T00:00:00Z", "2023-13-01T00:00:00Z", "2023-02-03T24:00:00Z",
      "2023-02-03T15:45:15",
      "2023-02-03T15:45:15.Z", "2023-02-03T15:45:15.1234567890Z", "2023-02-03T15:45:15Zx",
      "23-02-03T15:45:15Z",
      "2023-02-03T15:45:15+25:00",
    ])
  func rubbish(text: String) {
    #expect(WallTime(iso8601: text) == nil)
  }

  @Test("A time out of all range has a text")
  func outOfRange() {
    #expect(WallTime(milliseconds: .max).iso8601 == "9999-12-31T23:59:59.999Z")
    #expect(WallTime(milliseconds: .min).iso8601 == "0001-01-01T00:00:00.000Z")
  }
}

@Suite("Times from outside saturate")
struct SaturatingTimeTests {
  private static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]

  @Test("Sums and differences of any two moments and spans are in order, and none fails", arguments: extremes)
  func anySum(_ value: Int64) {
    let first = WallTime(milliseconds: .min)
    let last = WallTime(milliseconds: .max)
    for other in Self.extremes {
      let (left, right) = (WallTime(milliseconds: value), WallTime(milliseconds: other))
      #expect(((left - right) < .zero) == (left < right))
      #expect(right + (left - right) == left)
      for span in [Duration.seconds(other), .milliseconds(other), .nanoseconds(other)] {
        #expect((first...last).contains(left + span) && (first...last).contains(left - span))
        let moment = MonotonicTime(nanoseconds: value)
        #expect((moment + span >= moment) == (span >= .zero || moment.nanoseconds == .min))
      }
      let (early, late) = (MonotonicTime(nanoseconds: value), MonotonicTime(nanoseconds: other))
      #expect(((early - late) < .zero) == (early < late))
    }
  }

  @Test("Spans beyond what their unit holds are its bound")
  func spans() {
    #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
    #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
    #expect(Duration.milliseconds(-1).wholeNanoseconds == -1_000_000)
    #expect((WallTime(milliseconds: .max) - WallTime(milliseconds: .min)).wholeNanoseconds == .max)
    for seconds in [Double.nan, .infinity, -.infinity, 1e308, -1e308] {
      #expect(Duration(clampingSeconds: seconds).wholeMilliseconds.magnitude < 1 << 60)
    }
    #expect(Duration(clampingSeconds: 1.5) == .milliseconds(1500))
  }

  @Test("A count is never below nothing, and no sum of counts overflows")
  func counts() {
    #expect(JSONValue.integer(.max).count == 1 << 40)
    #expect(JSONValue.integer(-5).count == 0)
    #expect(JSONValue.integer(5).count == 5)
    #expect(JSONValue.string("5").count == nil)
    let key = FileKey(serialNumber: "S", file: "F")
    let file = FileSummary(
      key: key, stored: .min, acknowledged: .max, rejected: .max, unconfirmed: .min, lost: .max,
      sentDifferences: .max, highest: .max, readerCount: .max)
    #expect(file.waiting == 0 && file.gapCount == 0)
    #expect([FileSummary](repeating: file, count: 1000).reduce(0) { $0 + $1.acknowledged } > 0)
  }
}

@Suite("Addresses and requests as they stand in the configuration")
struct AddressTests {
  @Test(
    "Ports that can be",
    arguments: [
      ("/dev/ttyUSB0", "/dev/ttyUSB0"), ("tcp://10.0.0.7", "tcp://10.0.0.7:10002"),
      ("tcp://reader.local:4000", "tcp://reader.local:4000"), ("tcp://[fe80::1]:7", "tcp://[fe80::1]:7"),
    ])
  func ports(text: String, shown: String) {
    #expect(PortAddress(text)?.description == shown)
  }

  @Test(
    "Ports that cannot be",
    arguments: [
      "", "ttyUSB0", "/", "tcp://", "tcp://h:0", "tcp://h:70000", "tcp://a b", "tcp://[::1", "udp://h:1",
    ])
  func noPorts(text: String) {
    #expect(PortAddress(text) == nil)
  }

  @Test("Heartbeat requests: PATCH, PUT or POST and a path")
  func heartbeatRequests() {
    #expect(HeartbeatRequest("PUT /d/{deviceid}/status")?.path(deviceid: "AB") == "/d/AB/status")
    #expect(HeartbeatRequest("PATCH /devices/{deviceid}") == .default)
    for text in ["", "PATCH", "GET /devices", "patch /devices", "PATCH devices", "PATCH /a b"] {
      #expect(HeartbeatRequest(text) == nil)
    }
  }
}
