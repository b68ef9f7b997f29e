import AgentCore
import JSONDocument

/// Documents as the daemon makes them in some situations.
enum StatusDocuments {
  private static func reader(_ changes: [(String, JSONValue)] = []) -> JSONValue {
    changed(
      [
        "state": "connected", "reason": nil,
        "port": "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0", "device": "/dev/ttyUSB0",
        "serial_number": "O4A5-00051", "model": "One4All 5", "firmware": "1.1.3.0",
        "time_zone": "America/Mexico_City", "session_file": "20270115-074500.csv", "reading": true,
        "passings_in_file": 12, "passings_counted_at": "2027-01-15T08:00:02.000Z",
        "last_frame_at": "2027-01-15T08:00:09.600Z",
        "last_frame_age_seconds": .number(0.4),
        "battery_percent": 100, "battery_volts": .number(26.5), "mains_power": true,
        "temperature_celsius": .number(46.2),
        "antennas": [1, 2, 3, 4, 6, 7, 8], "buzzer": true,
      ], changes)
  }

  private static func cloud(_ changes: [(String, JSONValue)] = []) -> JSONValue {
    changed(
      [
        "state": "ok", "url": "https://api.runonrufus.com/v0",
        "deviceid": "FA6CD35217974F21EB0E4D938669AE1400E95D4A08BCE28F330DC585CE34B3F0",
        "last_heartbeat_at": "2027-01-15T08:00:00.100Z", "heartbeat_request": "PATCH /devices/{deviceid}",
        "next_attempt_at": "2027-01-15T08:00:30.000Z", "last_error": nil,
      ], changes)
  }

  private static func field(_ name: String, _ reader: JSONValue, _ cloud: JSONValue, _ agrees: JSONValue)
    -> JSONValue
  {
    ["name": .string(name), "reader": reader, "cloud": cloud, "agrees": agrees]
  }

  private static func device(_ agrees: JSONValue, _ changes: [(Int, JSONValue)] = []) -> JSONValue {
    var fields = [
      field("serial_number", "O4A5-00051", "O4A5-00051", true),
      field("model", "One4All 5", "One4All 5", true),
      field("firmware", "1.1.3.0", "1.1.3.0", true), field("alias", nil, "Finish", true),
      field("last_seen", "2027-01-15T08:00:09.600Z", "2027-01-15T08:00:00.100Z", true),
    ]
    for (index, field) in changes { fields[index] = field }
    return ["agrees": agrees, "fields": .array(fields)]
  }

  static func condition(
    _ event: String, _ severity: String, _ message: String, since: String, repetitions: Int64 = 0
  ) -> JSONValue {
    [
      "event": .string(event), "severity": .string(severity), "message": .string(message),
      "since": .string(since), "repetitions": .integer(repetitions),
    ]
  }

  /// The names of all members from the top: `reader.port`, `conditions[].since`.
  static func paths(of document: JSONValue) -> [String] {
    (document.object?.members ?? []).flatMap { member -> [String] in
      [member.name] + paths(of: member.value).map { "\(member.name).\($0)" }
        + (member.value.array ?? []).flatMap(paths).map { "\(member.name)[].\($0)" }
    }
  }

  static func changed(_ document: JSONValue, _ changes: [(String, JSONValue)]) -> JSONValue {
    var object = document.object ?? JSONObject()
    for (name, value) in changes { object[name] = value }
    return .object(object)
  }

  static let healthy: JSONValue = [
    "schema": "one4all.status/1", "version": "0.1.0", "now": "2027-01-15T08:00:10.000Z",
    "uptime_seconds": 4210,
    "well": true, "summary": "reader O4A5-00051 connected, cloud ok, last frame 400 ms ago",
    "advice": nil,
    "reader": reader(), "cloud": cloud(), "device": device(true),
    "passings": [
      "captured": 12, "stored": 12, "acknowledged": 12, "waiting": 0, "rejected": 0, "lost": 0, "gaps": 0,
      "unconfirmed": 0, "undecided": 0, "doubtful": 0, "unwritten": 0, "dropped": 0, "forward": true,
      "hold": nil,
      "well": true,
    ], "frames": ["passing": 12, "reply": 843, "malformed": 0, "unknown_form": 0, "bytes": 181_022],
    "clock": [
      "trusted": true, "verdict": "agreed", "kernel_synchronised": true,
      "cloud_time": "2027-01-15T08:00:03.000Z",
      "offset_seconds": .number(0.2),
      "reader_offset_seconds": .number(0.014), "reader_offset_uncertainty_seconds": .number(0.019),
      "reader_measured_at": "2027-01-15T08:00:00.000Z",
    ], "conditions": [],
  ]

  static let unverified = changed(
    healthy,
    [
      ("summary", "reader O4A5-00051 connected, cloud unverified, last frame 400 ms ago"),
      ("cloud", cloud([("state", "unverified")])),
      (
        "device",
        device(
          nil,
          [
            (0, field("serial_number", "O4A5-00051", nil, nil)), (1, field("model", "One4All 5", nil, nil)),
            (2, field("firmware", "1.1.3.0", nil, nil)), (3, field("alias", nil, nil, nil)),
            (4, field("last_seen", "2027-01-15T08:00:09.600Z", nil, nil)),
          ])
      ),
      (
        "conditions",
        [
          condition(
            "device-unverified", "notice",
            "the key may not read the device: reports are sent, but not verified",
            since: "2027-01-15T06:50:00.000Z")
        ]
      ),
    ])

  static let conflict = changed(
    healthy,
    [
      ("well", false), ("summary", "reader O4A5-00051 connected, cloud conflict, last frame 400 ms ago"),
      ("advice", .string(EventName.deviceConflict.remedy)),
      ("cloud", cloud([("state", "conflict"), ("last_heartbeat_at", nil)])),
      ("device", device(false, [(0, field("serial_number", "O4A5-00051", "O4A5-00099", false))])),
      (
        "conditions",
        [
          condition(
            "device-conflict", "alert",
            "device FA6CD35217974F21EB0E4D938669AE1400E95D4A08BCE28F330DC585CE34B3F0 is O4A5-00099 in the cloud,"
              + " but the reader is O4A5-00051: nothing is sent",
            since: "2027-01-14T21:12:03.000Z", repetitions: 41)
        ]
      ),
    ])

  static let silent = changed(
    healthy,
    [
      ("well", false), ("summary", "reader O4A5-00051 silent, cloud ok, last frame 3 min 5 s ago"),
      ("advice", .string(EventName.readerSilent.remedy)),
      (
        "reader",
        reader([
          ("state", "silent"), ("reason", "nothing valid heard on /dev/ttyUSB0 for 30 s"),
          ("last_frame_at", "2027-01-15T07:57:05.000Z"), ("last_frame_age_seconds", .number(185.0)),
        ])
      ),
      (
        "conditions",
        [
          condition(
            "reader-silent", "warning", "nothing valid heard on /dev/ttyUSB0 for 30 s",
            since: "2027-01-15T07:57:35.000Z", repetitions: 4)
        ]
      ),
    ])

  private static let nothing: [(String, JSONValue)] = [
    "device", "serial_number", "model", "firmware", "time_zone", "session_file", "reading",
    "passings_in_file", "passings_counted_at",
    "last_frame_at", "last_frame_age_seconds", "battery_percent", "battery_volts", "mains_power",
    "temperature_celsius", "antennas", "buzzer",
  ].map { ($0, nil) }

  static let started = changed(
    healthy,
    [
      ("uptime_seconds", 0), ("well", false), ("summary", "reader opening, cloud waiting, no frame yet"),
      ("advice", "wait a moment: the reader is being asked who it is"),
      ("reader", reader([("state", "opening")] + nothing)),
      (
        "cloud",
        cloud([
          ("state", "waiting"), ("deviceid", nil), ("last_heartbeat_at", nil), ("next_attempt_at", nil),
        ])
      ), ("device", ["agrees": nil, "fields": []]),
      (
        "passings",
        [
          "captured": 0, "stored": 0, "acknowledged": 0, "waiting": 0, "rejected": 0, "lost": 0, "gaps": 0,
          "unconfirmed": 0, "undecided": 0, "doubtful": 0, "unwritten": 0, "dropped": 0, "forward": true,
          "hold": nil,
          "well": true,
        ]
      ), ("frames", ["passing": 0, "reply": 0, "malformed": 0, "unknown_form": 0, "bytes": 0]),
    ])

  /// As much as can be wrong at once, in texts that are too long, with what terminals must not be told.
  static let worst = changed(
    silent,
    [
      ("summary", .string("reader silent, " + String(repeating: "and so on, ", count: 20))),
      ("advice", .string(EventName.cloudSessionClosed.remedy)),
      (
        "cloud",
        cloud([
          ("state", "failing"), ("last_error", .string(String(repeating: "the cloud is slow; ", count: 12))),
        ])
      ),
      (
        "device",
        device(
          false,
          [
            (2, field("firmware", "1.1.3.0", "1.1.2.9", false)),
            (3, field("alias", "Finish", .string("\u{1B}[2J" + String(repeating: "終点", count: 30)), false)),
          ])
      ),
      (
        "passings",
        [
          "captured": 12, "stored": 12, "acknowledged": 2, "waiting": 6, "rejected": 1, "lost": 2, "gaps": 1,
          "unconfirmed": 0, "undecided": 0, "doubtful": 0, "unwritten": 0, "dropped": 0, "forward": true,
          "hold": nil,
          "well": true,
        ]
      ), ("frames", ["passing": 12, "reply": 843, "malformed": 7, "unknown_form": 0, "bytes": 181_022]),
      (
        "clock",
        [
          "trusted": false, "verdict": "wrong", "kernel_synchronised": false,
          "cloud_time": "2027-01-15T09:00:03.000Z", "offset_seconds": .number(-3600.5),
          "reader_offset_seconds": nil, "reader_offset_uncertainty_seconds": nil, "reader_measured_at": nil,
        ]
      ),
      (
        "conditions",
        .array(
          (1...12).map { number in
            condition(
              "device-differs", "error",
              "number \(number) " + String(repeating: "of many things that are wrong ", count: 6),
              since: "2027-01-15T07:57:35.000Z", repetitions: number)
          })
      ),
    ])

  static let all = [
    ("healthy", healthy), ("unverified", unverified), ("conflict", conflict), ("silent", silent),
    ("started", started), ("worst", worst),
  ]
}
