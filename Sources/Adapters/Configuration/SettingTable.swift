import AgentCore

/// All settings, each declared once.
enum SettingTable {
  static let all = reader + cloud + device + passings + store + rest

  /// The declaration of that name in that section.
  static func find(_ section: String, _ name: String) -> SettingDeclaration? {
    all.first { $0.section.rawValue == section && $0.name == name }
  }

  /// Every setting at its default.
  static var defaults: AgentSettings {
    var settings = blank
    for declaration in all { _ = declaration.set(declaration.defaultText, &settings) }
    return settings
  }

  private static let reader: [SettingDeclaration] = [
    SettingDeclaration(
      .reader, "port", \.reader.port, .port, default: "/dev/ttyUSB0",
      help: [
        "Where the reader is: a serial port by its path, or the reader's network port.",
        "/dev/serial/by-id/… stays the same when the adapter is plugged in elsewhere; `one4allctl ports` lists",
        "what is there. tcp://HOST takes port \(PortAddress.defaultTCPPort) unless another is named.",
      ]),
    SettingDeclaration(
      .reader, "baud_rate", \.reader.baudRate, .baudRate, default: "115200",
      help: ["Speed of the serial port. It must be the same in the reader."]),
    SettingDeclaration(
      .reader, "poll_interval", \.reader.pollInterval, .duration(from: .seconds(1), to: .seconds(3600)),
      default: "10s",
      help: ["How often the reader is asked for its status (GETSTATUS)."]),
    SettingDeclaration(
      .reader, "silence_timeout", \.reader.silenceTimeout, .duration(from: .seconds(1), to: .seconds(3600)),
      default: "30s",
      help: [
        "When nothing valid was heard for so long, the reader counts as silent and the port is opened again.",
        "It may be shorter than poll_interval: when nothing else is heard, the reader is pinged.",
      ]),
    SettingDeclaration(
      .reader, "reply_timeout", \.reader.replyTimeout, .duration(from: .milliseconds(100), to: .seconds(60)),
      default: "3s",
      help: ["How long a command may wait for its reply."]),
    SettingDeclaration(
      .reader, "time_zone", \.reader.timeZone, SettingKind.timeZone.optional, default: "",
      help: ["Time zone of the reader's clock. Empty takes the zone that the reader itself tells."]),
    SettingDeclaration(
      .reader, "dtr", \.reader.dtr, .switched, default: "yes",
      help: ["Whether the DTR line of the serial port is on while it is open."]),
    SettingDeclaration(
      .reader, "rts", \.reader.rts, .switched, default: "yes",
      help: ["Whether the RTS line of the serial port is on while it is open."]),
    SettingDeclaration(
      .reader, "settle_delay", \.reader.settleDelay, .duration(from: .zero, to: .seconds(10)),
      default: "200ms",
      help: ["Wait between opening the port and the first byte sent."]),
    SettingDeclaration(
      .reader, "clock_warning", \.passings.clockWarning,
      .duration(from: .milliseconds(100), to: .seconds(3600)), default: "1s",
      help: [
        "Reader clock and host clock further apart than this: an alarm. It is measured at connect and every ten",
        "minutes, while the host's clock is synchronised.",
      ]),
    SettingDeclaration(
      .reader, "set_reader_clock", \.passings.setReaderClock, .word, default: "never",
      help: [
        "Whether the reader's clock is set (SETTIME) when it is off by more than clock_warning. With `when-stopped`",
        "it is, but only while the reader is not reading and the host's clock is synchronised.",
      ]),
  ]

  private static let cloud: [SettingDeclaration] = [
    SettingDeclaration(
      .cloud, "url", \.cloud.url, .cloudAddress, default: "https://api.runonrufus.com/v0",
      help: ["Base address of the cloud. A slash at its end does not matter."]),
    SettingDeclaration(
      .cloud, "api_key_file", \.cloud.apiKeyFile, SettingKind.path().optional, default: "", secret: true,
      help: [
        "File that holds the API key, one line. Only its owner may read it (chmod 600).",
        "Empty takes the key from the systemd credential `api_key`. The key never stands in this file.",
      ]),
    SettingDeclaration(
      .cloud, "auth_header", \.cloud.authHeader, .choice(["api_key", "x-api-key"]), default: "api_key",
      secret: true,
      help: ["Name of the header that carries the key. Some proxies drop names with an underscore."]),
    SettingDeclaration(
      .cloud, "ca_file", \.cloud.caFile, SettingKind.path().optional, default: "",
      help: ["File of certificate authorities (PEM) to trust. Empty takes those of the system."]),
    SettingDeclaration(
      .cloud, "proxy", \.cloud.proxy, SettingKind.proxyAddress.optional, default: "",
      help: ["Proxy on the way to the cloud. Empty for none."]),
    SettingDeclaration(
      .cloud, "connect_timeout", \.cloud.connectTimeout, .duration(from: .seconds(1), to: .seconds(300)),
      default: "10s",
      help: ["Limit for connecting, TLS included."]),
    SettingDeclaration(
      .cloud, "request_timeout", \.cloud.requestTimeout, .duration(from: .seconds(1), to: .seconds(600)),
      default: "30s",
      help: ["Limit for a whole request, connecting included."]),
    SettingDeclaration(
      .cloud, "retry_after_limit", \.cloud.retryAfterLimit,
      .duration(from: .seconds(1), to: .seconds(3600)),
      default: "5min",
      help: [
        "The longest wait that the cloud may ask for (Retry-After). When it asks for more, it is tried again",
        "after this.",
      ]),
    SettingDeclaration(
      .cloud, "heartbeat_interval", \.cloud.heartbeatInterval,
      .duration(from: .seconds(1), to: .seconds(3600)),
      default: "30s",
      help: ["How often the device is reported, give or take a tenth."]),
    SettingDeclaration(
      .cloud, "heartbeat_request", \.cloud.heartbeatRequest, .heartbeatRequest,
      default: "PATCH /devices/{deviceid}",
      help: [
        "The request that reports the device. The vendor publishes none: this one is an assumption.",
        "When the cloud does not know it, the agent falls back to POST /devices and says so once.",
      ]),
    SettingDeclaration(
      .cloud, "rebind", \.cloud.rebind, .switched, default: "no",
      help: [
        "Whether a device that a person removed from the cloud is bound again without asking.",
        "With `no` the agent waits for `one4allctl bind`.",
      ]),
  ]

  private static let device: [SettingDeclaration] = [
    SettingDeclaration(
      .device, "alias", \.device.alias, SettingKind.text(100).optional, default: "",
      help: ["Name of the device in the cloud. Empty leaves the name that it has there."]),
    SettingDeclaration(
      .device, "type", \.device.type, .text(64), default: "One4All",
      help: ["Type of the device, as the cloud calls it."]),
  ]

  private static let rest: [SettingDeclaration] = [
    SettingDeclaration(
      .control, "socket", \.controlSocket, .path(longest: 107), default: "/run/one4all/control.sock",
      help: ["Path of the control socket."]),
    SettingDeclaration(
      .control, "group", \.controlGroup, SettingKind.group.optional, default: "",
      help: ["Group of users that may use the control socket. Empty for the daemon's own group."]),
    SettingDeclaration(
      .log, "level", \.logLevel, .logLevel, default: "info",
      help: ["The least important entries that are written."]),
  ]

  /// Something to read the defaults into: `AgentSettings` has no values of its own.
  private static let blank = AgentSettings(
    reader: AgentSettings.Reader(
      port: .device(path: "/"), baudRate: 0, dtr: false, rts: false, settleDelay: .zero, pollInterval: .zero,
      silenceTimeout: .zero, replyTimeout: .zero, timeZone: nil),
    cloud: AgentSettings.Cloud(
      url: "", apiKeyFile: nil, authHeader: "", caFile: nil, proxy: nil, connectTimeout: .zero,
      requestTimeout: .zero, heartbeatInterval: .zero, heartbeatRequest: .default, rebind: false),
    device: AgentSettings.Device(alias: nil, type: ""), storeDirectory: "", controlSocket: "",
    controlGroup: nil, logLevel: .debug)
}
