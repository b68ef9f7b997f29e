public import One4AllProtocol

/// What the core asks of the line. Each opening has a number, and what belongs to an older one is ignored.
public enum LineRequest: Equatable, Sendable {
  /// Open the port; answered by `opened` or `failed`.
  case open(opening: UInt64, LineOptions)
  /// Write those bytes.
  case write(opening: UInt64, [UInt8])
  /// Close the port; not answered.
  case close(opening: UInt64)
}

/// How a port is opened.
public struct LineOptions: Equatable, Sendable {
  /// Where.
  public let address: PortAddress
  /// Bits per second (serial ports only).
  public let baudRate: Int
  /// State of the DTR line (serial ports only).
  public let dtr: Bool
  /// State of the RTS line (serial ports only).
  public let rts: Bool
  /// Wait after opening, before input is flushed and the port counts as open (serial ports only).
  public let settleDelay: Duration
  /// Limit for connecting (TCP only).
  public let connectTimeout: Duration

  /// Options.
  public init(
    address: PortAddress, baudRate: Int, dtr: Bool, rts: Bool, settleDelay: Duration,
    connectTimeout: Duration = .seconds(5)
  ) {
    self.address = address
    self.baudRate = baudRate
    self.dtr = dtr
    self.rts = rts
    self.settleDelay = settleDelay
    self.connectTimeout = connectTimeout
  }
}

/// What the line tells the core.
public enum LineReport: Equatable, Sendable {
  /// The port is open; what it resolved to, e.g. `/dev/ttyUSB1`.
  case opened(opening: UInt64, device: String)
  /// It could not be opened, or is lost and closed.
  case failed(opening: UInt64, LineFailure)
  /// Bytes came.
  case heard(opening: UInt64, Reception)

  /// What came in one or more reads.
  public struct Reception: Equatable, Sendable {
    /// Whole frames, in order; may be empty.
    public var frames: [Frame]
    /// Number of bytes read.
    public var byteCount: Int
    /// The first bytes, at most 32, to show when what speaks is no reader.
    public var sample: [UInt8]
    /// When the last of them was read.
    public var at: MonotonicTime
    /// The command whose reply has begun to come and has not ended yet (`Framer.pendingReply`).
    public var pendingReply: CommandName?

    /// A reception.
    public init(
      frames: [Frame], byteCount: Int, sample: [UInt8], at: MonotonicTime, pendingReply: CommandName? = nil
    ) {
      self.frames = frames
      self.byteCount = byteCount
      self.sample = sample
      self.at = at
      self.pendingReply = pendingReply
    }
  }
}
