/// The names of the protocol's commands. A reply begins with the name of the command that it answers.
public enum CommandName: String, CaseIterable, Hashable, Sendable {
  /// Whether the reader lives.
  case ping = "PING"
  /// Protocol versions that the reader speaks.
  case getProtocol = "GETPROTOCOL"
  /// Chooses a protocol version.
  case setProtocol = "SETPROTOCOL"
  /// Everything the reader knows of itself.
  case getStatus = "GETSTATUS"
  /// The battery.
  case readBattery = "READBATTERY"
  /// The reader's wall clock.
  case getTime = "GETTIME"
  /// Sets the reader's wall clock.
  case setTime = "SETTIME"
  /// Starts reading chips into a new session file.
  case start = "START"
  /// Stops reading chips.
  case stop = "STOP"
  /// Changes to a new session file.
  case newFile = "NEWFILE"
  /// Turns the pushing of passings on or off.
  case pushTags = "PUSHTAGS"
  /// How many passings the session file holds.
  case passings = "PASSINGS"
  /// Passings of the current session file.
  case getPassings = "GETPASSINGS"
  /// The session files.
  case listFiles = "LISTFILES"
  /// First and last time and count of a session file.
  case getFileInfo = "GETFILEINFO"
  /// Passings of a session file.
  case getFile = "GETFILE"
  /// Destroys all session files.
  case clearFiles = "CLEARFILES"
  /// Sets how long a chip is ignored after a passing.
  case setBounce = "SETBOUNCE"
  /// Turns the buzzer on or off.
  case setBuzzer = "SETBUZZER"
}

/// Replies carry command names.
public typealias ReplyName = CommandName

/// What the host can ask. Arguments are checked by their types; the static functions take plain numbers and
/// are nil when these are out of range.
public enum Command: Hashable, Sendable {
  /// Answered by `PONG`.
  case ping
  /// Answered by current, lowest and highest version.
  case getProtocol
  /// In stop mode only.
  case setProtocol(ProtocolVersion)
  /// Answered by a `ReaderStatus`.
  case getStatus
  /// Answered by a `BatteryReading`.
  case readBattery
  /// Answered in whole seconds.
  case getTime
  /// In stop mode only. Milliseconds are not sent.
  case setTime(LocalDateTime)
  /// Opens a new session file.
  case start
  /// Closes the session file.
  case stop
  /// In start mode only; numbering restarts at 1.
  case newFile
  /// On or off, for the connection that says it.
  case pushTags(Bool)
  /// Answered by the count and the last chips.
  case passings
  /// Answered by passings and an empty line.
  case getPassings(PassingRange)
  /// Answered by file names.
  case listFiles
  /// Answered by a `SessionFileInfo`.
  case getFileInfo(SessionFileName)
  /// Answered by passings and an empty line.
  case getFile(SessionFileName, PassingRange)
  /// Destroys the backups: only ever sent because a person asks for it. In stop mode only.
  case clearFiles
  /// 1 to 3600 s.
  case setBounce(BounceTime)
  /// On or off.
  case setBuzzer(Bool)

  /// Nil unless 1 <= first <= last <= 4294967295.
  public static func getPassings(first: some BinaryInteger, last: some BinaryInteger) -> Command? {
    PassingRange(first: first, last: last).map { .getPassings($0) }
  }

  /// Nil unless 1 <= first <= last <= 4294967295.
  public static func getFile(
    _ file: SessionFileName, first: some BinaryInteger, last: some BinaryInteger
  ) -> Command? {
    PassingRange(first: first, last: last).map { .getFile(file, $0) }
  }

  /// Nil unless 1 to 3600.
  public static func setBounce(seconds: Int) -> Command? {
    BounceTime(seconds: seconds).map { .setBounce($0) }
  }

  /// The name that this command has and that its reply begins with.
  public var replyName: ReplyName {
    switch self {
    case .ping: .ping
    case .getProtocol: .getProtocol
    case .setProtocol: .setProtocol
    case .getStatus: .getStatus
    case .readBattery: .readBattery
    case .getTime: .getTime
    case .setTime: .setTime
    case .start: .start
    case .stop: .stop
    case .newFile: .newFile
    case .pushTags: .pushTags
    case .passings: .passings
    case .getPassings: .getPassings
    case .listFiles: .listFiles
    case .getFileInfo: .getFileInfo
    case .getFile: .getFile
    case .clearFiles: .clearFiles
    case .setBounce: .setBounce
    case .setBuzzer: .setBuzzer
    }
  }

  /// Whether it is answered by a run of passings and an empty line.
  public var isAnsweredByList: Bool {
    switch self {
    case .getPassings, .getFile: true
    case .ping, .getProtocol, .setProtocol, .getStatus, .readBattery, .getTime, .setTime, .start, .stop,
      .newFile, .pushTags, .passings, .listFiles, .getFileInfo, .clearFiles, .setBounce, .setBuzzer:
      false
    }
  }

  /// The fields behind the name.
  public var arguments: [String] {
    switch self {
    case .ping, .getProtocol, .getStatus, .readBattery, .getTime, .start, .stop, .newFile, .passings,
      .listFiles, .clearFiles:
      []
    case .setProtocol(let version): [version.text]
    case .setTime(let time): [time.dateText, time.timeText]
    case .pushTags(let isOn), .setBuzzer(let isOn): [isOn ? "true" : "false"]
    case .getPassings(let range): ["\(range.first)", "\(range.last)"]
    case .getFileInfo(let file): [file.text]
    case .getFile(let file, let range): [file.text, "\(range.first)", "\(range.last)"]
    case .setBounce(let bounce): ["\(bounce.seconds)"]
    }
  }

  /// The line to send, without its line end.
  public var text: String { ([replyName.rawValue] + arguments).joined(separator: ";") }

  /// The bytes to send, with CR LF.
  public func encoded() -> [UInt8] { Array(text.utf8) + [ASCII.carriageReturn, ASCII.lineFeed] }
}
