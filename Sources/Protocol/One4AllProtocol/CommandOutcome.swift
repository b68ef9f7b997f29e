/// Why the reader did not do what it was asked.
public enum Refusal: String, CaseIterable, Hashable, Sendable {
  /// Any command may be answered so.
  case err = "ERR"
  /// Not while reading; START: already reading.
  case startMode = "STARTMODE"
  /// Only while reading. The reader also spells it `STOPTMODE`.
  case stopMode = "STOPMODE"
  /// The argument is not known.
  case unknown = "UNKNOWN"
  /// No antenna is connected.
  case errAntennas = "ERRANTENNAS"
  /// The radio module cannot be reached.
  case errConnect = "ERRCONNECT"
  /// The radio module does not start.
  case errStart = "ERRSTART"
  /// The session file cannot be closed.
  case errClose = "ERRCLOSE"
  /// The radio module does not stop.
  case errStop = "ERRSTOP"
  /// The session file cannot be made.
  case errFile = "ERRFILE"
  /// No such session file.
  case fileNotFound = "FILENOTFOUND"
  /// There are no session files.
  case noFiles = "NOFILES"

  /// From the word on the line.
  public init?(word: String) {
    if word == "STOPTMODE" {
      self = .stopMode
    } else {
      self.init(rawValue: word)
    }
  }
}

/// What READBATTERY says. What cannot be read is nil; something can.
public struct BatteryReading: Equatable, Sendable {
  /// 26.5 V is full.
  public let volts: Double?
  /// 0 to 100.
  public let percent: Int?
  /// Whether mains power is connected.
  public let mainsPower: Bool?
}

/// What GETPROTOCOL says. What cannot be read is nil; something can.
public struct ProtocolVersions: Equatable, Sendable {
  /// Spoken now.
  public let current: ProtocolVersion?
  /// The oldest that can be spoken.
  public let lowest: ProtocolVersion?
  /// The newest that can be spoken.
  public let highest: ProtocolVersion?
}

/// What PASSINGS says.
public struct PassingsSummary: Equatable, Sendable {
  /// Passings in the current session file.
  public let count: Int
  /// Up to eight last chips, such as `MC00001`.
  public let lastChips: [String]
}

/// What LISTFILES says.
public struct SessionFileList: Equatable, Sendable {
  /// The session files, in the reader's order.
  public let files: [SessionFileName]
  /// Names of another form, as they came. No command can name such a file.
  public let otherNames: [String]
  /// Whether the list was longer than a reply may be (`Framer.maximumReplyLength`): only its first files are here.
  public let isCut: Bool
}

/// What GETFILEINFO says.
public struct SessionFileInfo: Equatable, Sendable {
  /// Time of the first passing, by the reader's wall clock; nil when it cannot be read.
  public let first: LocalDateTime?
  /// Time of the last passing; nil when it cannot be read.
  public let last: LocalDateTime?
  /// Passings in the file.
  public let count: Int
}

/// Why a reply cannot be used.
public enum UnexpectedReply: Equatable, Sendable {
  /// It answers another command.
  case otherCommand(ReplyName)
  /// Its fields are not those of the command.
  case fields
  /// It repeats another argument than was sent.
  case otherArgument
  /// It is no status.
  case status(StatusError)
  /// It may be damaged, and has not come a second time yet.
  case once
}

/// What came of a command, by its reply. (GETPASSINGS and GETFILE are answered by passings and an empty line;
/// they have a reply only when they are refused.)
public enum CommandOutcome: Equatable, Sendable {
  /// PING
  case pong
  /// GETPROTOCOL
  case protocolVersions(ProtocolVersions)
  /// SETPROTOCOL
  case protocolSet(ProtocolVersion)
  /// GETSTATUS
  case status(ReaderStatus)
  /// READBATTERY
  case battery(BatteryReading)
  /// GETTIME, whole seconds
  case time(LocalDateTime)
  /// SETTIME
  case timeSet(LocalDateTime)
  /// START and NEWFILE, with the session file that was opened
  case sessionFile(SessionFileName)
  /// STOP and CLEARFILES
  case done
  /// PUSHTAGS
  case pushTags(Bool)
  /// PASSINGS
  case passings(PassingsSummary)
  /// LISTFILES
  case files(SessionFileList)
  /// GETFILEINFO
  case fileInfo(SessionFileInfo)
  /// SETBOUNCE
  case bounce(BounceTime)
  /// SETBUZZER
  case buzzer(Bool)
  /// The reader said no.
  case refused(Refusal)
  /// The reply cannot be used.
  case unexpected(UnexpectedReply)

  /// What `reply` says about `command`.
  public init(command: Command, reply: Reply) {
    guard reply.name == command.replyName else {
      self = .unexpected(.otherCommand(reply.name))
      return
    }
    let outcome = Self(reply: reply)
    self = outcome.repeats(command) ? outcome : .unexpected(.otherArgument)
  }

  /// Commands that set something are answered with the same text.
  private func repeats(_ command: Command) -> Bool {
    switch (command, self) {
    case (.setProtocol(let asked), .protocolSet(let said)): asked == said
    case (.setTime(let asked), .timeSet(let said)):
      asked.dateText == said.dateText && asked.timeText == said.timeText
    case (.pushTags(let asked), .pushTags(let said)): asked == said
    case (.setBuzzer(let asked), .buzzer(let said)): asked == said
    case (.setBounce(let asked), .bounce(let said)): asked == said
    case (_, _): true
    }
  }
}
