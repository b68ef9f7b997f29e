import AgentCore
import Configuration
import Testing

@Suite struct SettingsTests {
  @Test func anEmptyFileGivesEveryDefault() throws {
    let expected = AgentSettings(
      reader: AgentSettings.Reader(
        port: .device(path: "/dev/ttyUSB0"), baudRate: 115_200, dtr: true, rts: true,
        settleDelay: .milliseconds(200), pollInterval: .seconds(10), silenceTimeout: .seconds(30),
        replyTimeout: .seconds(3), timeZone: nil),
      cloud: AgentSettings.Cloud(
        url: "https://api.runonrufus.com/v0", apiKeyFile: nil, authHeader: "api_key", caFile: nil, proxy: nil,
        connectTimeout: .seconds(10), requestTimeout: .seconds(30), heartbeatInterval: .seconds(30),
        heartbeatRequest: .default, rebind: false),
      device: AgentSettings.Device(alias: nil, type: "One4All"), storeDirectory: "/var/lib/one4all",
      controlSocket: "/run/one4all/control.sock", controlGroup: nil, logLevel: .info)
    #expect(try load("").settings == expected)
  }

  @Test func everyKeyIsRead() throws {
    let settings = try load(
      """
      [reader]
      port = tcp://[fe80::1]:4001
      baud_rate = 9600
      poll_interval = 1min 30s
      silence_timeout = 5min
      reply_timeout = 500ms
      time_zone = UTC
      dtr = no
      rts = off
      settle_delay = 0
      [cloud]
      url = http://127.0.0.1:8080/v0/
      auth_header = x-api-key
      proxy = http://proxy.example:3128
      connect_timeout = 2
      request_timeout = 1min
      retry_after_limit = 20s
      heartbeat_interval = 1s
      heartbeat_request = PUT /devices/{deviceid}/status
      rebind = true
      [device]
      alias = Ziel Süd; Matte #2
      type = Other
      [store]
      directory = /srv/state
      [control]
      socket = /tmp/control.sock
      group = timing-crew
      [log]
      level = debug
      """
    ).settings
    #expect(settings.reader.port == .tcp(host: "fe80::1", port: 4001))
    #expect(settings.reader.baudRate == 9600)
    #expect(settings.reader.pollInterval == .seconds(90))
    #expect(settings.reader.silenceTimeout == .seconds(300))
    #expect(settings.reader.replyTimeout == .milliseconds(500))
    #expect(settings.reader.timeZone == "UTC")
    #expect(!settings.reader.dtr && !settings.reader.rts)
    #expect(settings.reader.settleDelay == .zero)
    #expect(settings.cloud.url == "http://127.0.0.1:8080/v0")
    #expect(settings.cloud.authHeader == "x-api-key")
    #expect(settings.cloud.proxy == "http://proxy.example:3128")
    #expect(settings.cloud.connectTimeout == .seconds(2))
    #expect(settings.cloud.requestTimeout == .seconds(60))
    #expect(settings.cloud.heartbeatInterval == .seconds(1))
    #expect(settings.cloud.retryAfterLimit == .seconds(20))
    #expect(settings.cloud.heartbeatRequest == HeartbeatRequest("PUT /devices/{deviceid}/status"))
    #expect(settings.cloud.rebind)
    #expect(settings.device.alias == "Ziel Süd; Matte #2")
    #expect(settings.device.type == "Other")
    #expect(settings.storeDirectory == "/srv/state")
    #expect(settings.controlSocket == "/tmp/control.sock")
    #expect(settings.controlGroup == "timing-crew")
    #expect(settings.logLevel == .debug)
  }

  @Test(arguments: [
    ("1", Duration.seconds(1)), ("1.5s", .milliseconds(1500)), ("2500ms", .milliseconds(2500)),
    ("5min", .seconds(300)), ("1h", .seconds(3600)), ("1min30s", .seconds(90)), ("2 minutes", .seconds(120)),
    ("59min 59s 1000ms", .seconds(3600)), ("1500000us", .milliseconds(1500)),
  ])
  func durationsAreReadAsSystemdWritesThem(text: String, expected: Duration) throws {
    #expect(try load("[reader]\npoll_interval = \(text)").settings.reader.pollInterval == expected)
  }

  @Test(arguments: ["10x", "-1s", "1,5s", "s", "1s s", "1..5s", "1.s", "ten", "99999999999999999999s", "1e3"])
  func whatIsNoDurationIsRefused(text: String) {
    #expect(
      problems("[reader]\npoll_interval = \(text)") == [
        "one4alld.conf:2: poll_interval: '\(text)' is not a duration; write it like 30s, 5min or 1min 30s"
      ])
  }

  @Test(arguments: ["yes", "Yes", "true", "on", "1"]) func manyWordsMeanYes(word: String) throws {
    #expect(try load("[cloud]\nrebind = \(word)").settings.cloud.rebind)
  }

  @Test(arguments: ["no", "false", "OFF", "0"]) func manyWordsMeanNo(word: String) throws {
    #expect(try load("[reader]\ndtr = \(word)").settings.reader.dtr == false)
  }

  @Test(arguments: [
    "http://127.0.0.1:8080", "http://127.9.9.9/v0", "http://localhost:1", "http://[::1]:8080/v0",
    "https://cloud.example", "HTTPS://cloud.example/v0",
  ])
  func addressesThatKeepTheKeySafeAreTaken(text: String) throws {
    #expect(throws: Never.self) { try load("[cloud]\nurl = \(text)") }
  }

  @Test(arguments: [
    (
      "http://cloud.example",
      "'http://cloud.example' would send the key unprotected; use https:// (http:// goes to this machine only)"
    ),
    (
      "http://127.0.0.1.example",
      "'http://127.0.0.1.example' would send the key unprotected; use https:// (http:// goes to this machine only)"
    ),
    ("https://me:word@cloud.example", "the value must hold no user name and no password"),
    ("https://cloud.example/?a=b", "'https://cloud.example/?a=b' must have no '?' and no '#'"),
    (
      "https://cloud.example:0",
      "'https://cloud.example:0' has no valid host or port; write https://HOST[:PORT]"
    ),
    ("https:///v0", "'https:///v0' has no valid host or port; write https://HOST[:PORT]"),
    ("ftp://cloud.example", "'ftp://cloud.example' is not an address of this sort; it begins with https://"),
    ("cloud.example", "'cloud.example' is not an address; it begins with https://"),
  ])
  func addressesThatDoNotAreRefused(text: String, reason: String) {
    #expect(problems("[cloud]\nurl = \(text)") == ["one4alld.conf:2: url: \(reason)"])
  }

  @Test func anOffsetIsAZoneAndWrittenAsEverywhere() throws {
    #expect(try load("[reader]\ntime_zone = UTC-6").settings.reader.timeZone == "GMT-06:00")
  }

  @Test func emptyUnsetsWhatMayBeUnset() throws {
    let settings = try load("[device]\nalias =\n[cloud]\nproxy =\n[reader]\ntime_zone =").settings
    #expect(settings.device.alias == nil && settings.cloud.proxy == nil && settings.reader.timeZone == nil)
  }
}
