/// Everything that a person can set, checked and typed. `Configuration` declares and fills it.
public struct AgentSettings: Equatable, Sendable {
  /// `[reader]`: the line to the reader and how it is asked.
  public struct Reader: Equatable, Sendable {
    /// Where the reader is.
    public var port: PortAddress
    /// Bits per second on a serial port.
    public var baudRate: Int
    /// State of the DTR line while the port is open.
    public var dtr: Bool
    /// State of the RTS line while the port is open.
    public var rts: Bool
    /// Wait between opening the port and the first byte sent.
    public var settleDelay: Duration
    /// How often GETSTATUS is asked.
    public var pollInterval: Duration
    /// Nothing valid heard for that long: the reader is silent.
    public var silenceTimeout: Duration
    /// How long a command may wait for its reply.
    public var replyTimeout: Duration
    /// Zone of the reader's wall clock; nil takes the reader's own word.
    public var timeZone: String?

    /// Settings of the line.
    public init(
      port: PortAddress, baudRate: Int, dtr: Bool, rts: Bool, settleDelay: Duration, pollInterval: Duration,
      silenceTimeout: Duration, replyTimeout: Duration, timeZone: String?
    ) {
      self.port = port
      self.baudRate = baudRate
      self.dtr = dtr
      self.rts = rts
      self.settleDelay = settleDelay
      self.pollInterval = pollInterval
      self.silenceTimeout = silenceTimeout
      self.replyTimeout = replyTimeout
      self.timeZone = timeZone
    }
  }

  /// `[cloud]`: where reports go and how.
  public struct Cloud: Equatable, Sendable {
    /// Base address, without a slash at the end; https, or http to loopback.
    public var url: String
    /// File with the API key; nil when it comes as a systemd credential.
    public var apiKeyFile: String?
    /// Name of the header that carries the key: `api_key` or `x-api-key`.
    public var authHeader: String
    /// PEM file of certificate authorities; nil takes the system's.
    public var caFile: String?
    /// Proxy address; nil for none.
    public var proxy: String?
    /// Limit for connecting, TLS included.
    public var connectTimeout: Duration
    /// Limit for a whole request.
    public var requestTimeout: Duration
    /// How often the device is reported.
    public var heartbeatInterval: Duration
    /// The longest wait that a `Retry-After` of the cloud may ask for.
    public var retryAfterLimit: Duration
    /// The request that reports it.
    public var heartbeatRequest: HeartbeatRequest
    /// Whether a device that a person removed from the cloud is bound again without asking.
    public var rebind: Bool

    /// Settings of the cloud.
    public init(
      url: String, apiKeyFile: String?, authHeader: String, caFile: String?, proxy: String?,
      connectTimeout: Duration, requestTimeout: Duration, heartbeatInterval: Duration,
      heartbeatRequest: HeartbeatRequest, rebind: Bool, retryAfterLimit: Duration = .seconds(300)
    ) {
      self.url = url
      self.apiKeyFile = apiKeyFile
      self.authHeader = authHeader
      self.caFile = caFile
      self.proxy = proxy
      self.connectTimeout = connectTimeout
      self.requestTimeout = requestTimeout
      self.heartbeatInterval = heartbeatInterval
      self.heartbeatRequest = heartbeatRequest
      self.rebind = rebind
      self.retryAfterLimit = retryAfterLimit
    }
  }

  /// `[device]`: what the cloud is told beside what the reader says of itself.
  public struct Device: Equatable, Sendable {
    /// The device's name in the cloud; nil leaves it to the cloud.
    public var alias: String?
    /// The device type, `One4All`.
    public var type: String

    /// Settings of the device.
    public init(alias: String?, type: String) {
      self.alias = alias
      self.type = type
    }
  }

  /// The line to the reader.
  public var reader: Reader
  /// The cloud.
  public var cloud: Cloud
  /// The device.
  public var device: Device
  /// Passings, and the reader's clock.
  public var passings: PassingSettings
  /// `[passings] bib_map`: the file that the table of bibs was read from; nil when none is named.
  public var bibMapFile: String?
  /// `[store] directory`: folder of the state.
  public var storeDirectory: String
  /// The rest of `[store]`.
  public var store: StoreSettings
  /// `[control] socket`: path of the control socket.
  public var controlSocket: String
  /// `[control] group`: name of the group that may connect; nil for the daemon's own.
  public var controlGroup: String?
  /// `[log] level`: the least important entries that are written.
  public var logLevel: LogPriority

  /// All settings.
  public init(
    reader: Reader, cloud: Cloud, device: Device, passings: PassingSettings = PassingSettings(),
    bibMapFile: String? = nil, storeDirectory: String, store: StoreSettings = StoreSettings(),
    controlSocket: String, controlGroup: String?, logLevel: LogPriority
  ) {
    self.reader = reader
    self.cloud = cloud
    self.device = device
    self.passings = passings
    self.bibMapFile = bibMapFile
    self.storeDirectory = storeDirectory
    self.store = store
    self.controlSocket = controlSocket
    self.controlGroup = controlGroup
    self.logLevel = logLevel
  }
}
