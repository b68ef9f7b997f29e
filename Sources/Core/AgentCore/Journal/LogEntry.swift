/// How important a log entry is; numbers as in syslog (RFC 5424).
public enum LogPriority: Int, Sendable, Comparable, CaseIterable {
  /// Passings or the device are in danger; a person must act.
  case alert = 1
  /// Something failed.
  case error = 3
  /// Something may fail, or failed and is tried again.
  case warning = 4
  /// A normal change that people care about.
  case notice = 5
  /// Ordinary news.
  case info = 6
  /// For whoever looks for a fault.
  case debug = 7

  /// More important is less.
  public static func < (left: LogPriority, right: LogPriority) -> Bool { left.rawValue < right.rawValue }

  /// Its name in the configuration.
  public var name: String {
    switch self {
    case .alert: "alert"
    case .error: "error"
    case .warning: "warning"
    case .notice: "notice"
    case .info: "info"
    case .debug: "debug"
    }
  }
}

/// Something to tell the journal.
public struct LogEntry: Equatable, Sendable {
  /// Its registered name.
  public let event: EventName
  /// How important this one is.
  public let priority: LogPriority
  /// One line for a person.
  public let message: String
  /// Its registered fields.
  public let fields: [JournalField: String]

  /// An entry; its priority is the event's own unless another is given.
  public init(
    _ event: EventName, _ message: String, priority: LogPriority? = nil,
    _ fields: [JournalField: String] = [:]
  ) {
    self.event = event
    self.priority = priority ?? event.priority
    self.message = message
    self.fields = fields
  }
}

/// The journal's fields that are ours, each with its name in the journal.
public enum JournalField: String, Sendable, CaseIterable {
  /// The event's registered name; set on every entry.
  case event = "ONE4ALL_EVENT"
  /// The reader's serial number.
  case serialNumber = "SERIAL_NUMBER"
  /// The cloud's deviceid.
  case deviceid = "DEVICE_ID"
  /// The port as configured.
  case port = "PORT"
  /// The reader's firmware version.
  case firmware = "FIRMWARE"
  /// The field in which reader and cloud differ.
  case field = "FIELD"
  /// What the reader says.
  case readerValue = "READER_VALUE"
  /// What the cloud says.
  case cloudValue = "CLOUD_VALUE"
  /// Why something is so, in a word.
  case reason = "REASON"
  /// How often it happened before it ended.
  case repetitions = "REPETITIONS"
  /// HTTP status of the cloud's answer.
  case httpStatus = "HTTP_STATUS"
  /// The reader's clock less the host's.
  case clockOffset = "CLOCK_OFFSET"
  /// File and line of a configuration error.
  case place = "CONFIG_PLACE"
  /// The reader's session file.
  case sessionFile = "SESSION_FILE"
  /// How many passings it is about.
  case count = "COUNT"

  /// What it holds, for the documentation.
  public var help: String {
    switch self {
    case .event: "registered name of the event"
    case .serialNumber: "the reader's serial number"
    case .deviceid: "the cloud's name for the device"
    case .port: "the port as configured"
    case .firmware: "the reader's firmware version"
    case .field: "the field in which reader and cloud differ"
    case .readerValue: "what the reader says"
    case .cloudValue: "what the cloud says"
    case .reason: "why, in a word"
    case .repetitions: "how often it happened before it ended"
    case .httpStatus: "HTTP status of the cloud's answer"
    case .clockOffset: "the reader's clock less the host's, in seconds"
    case .place: "file and line of a configuration error"
    case .sessionFile: "the reader's session file"
    case .count: "how many passings it is about"
    }
  }
}

extension FileKey {
  /// What journal entries about a session file carry.
  var fields: [JournalField: String] { [.serialNumber: serialNumber, .sessionFile: file] }
}
