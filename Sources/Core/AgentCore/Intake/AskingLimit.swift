/// What the reader may be asked for in vain. How often, how long is waited between, and what is done then stands here alone.
enum Inquiry: Int, CaseIterable, Sendable {
  /// START, to a reader that is stopped.
  case start
  /// PASSINGS, for the count of the current file.
  case count
  /// LISTFILES.
  case files
  /// GETSTATUS, for the name of the current file.
  case name
  /// GETFILEINFO, for the count of a file.
  case info
  /// GETFILE of the current file.
  case currentByName
  /// One list of passings, refused or not answered at all.
  case list
  /// Lists of other numbers, one after another, all of them refused.
  case anyList
  /// One number by itself, refused.
  case number
  /// A record in whose place the same damage comes in lists that end properly.
  case record
  /// A record that contradicts what is stored, and comes in another way each time.
  case contradiction

  struct Limit: Sendable {
    /// So often in vain is enough.
    let attempts: Int
    /// The wait before it is asked again.
    var pause = Duration.zero
    /// The wait once it was in vain so often.
    var rest = Duration.zero
    /// What is done then.
    let then: String
  }

  var limit: Limit {
    switch self {
    case .start:
      .init(attempts: 3, pause: .seconds(2), then: "told; asked again of a reader that is connected anew")
    case .count: .init(attempts: 3, pause: .seconds(1), rest: Intake.countSpan, then: "GETFILEINFO is asked")
    case .files:
      .init(
        attempts: 5, pause: .seconds(1), rest: .seconds(60),
        then: "told; files that are known already are compared")
    case .name: .init(attempts: 3, then: "what was heard is kept raw, and fetched")
    case .info:
      .init(
        attempts: 3, pause: .milliseconds(200),
        then: "denied: the file is gone after 120 s; else lists seek the end")
    case .currentByName:
      .init(attempts: 2, pause: .milliseconds(500), then: "GETPASSINGS is asked, until that is refused")
    case .list:
      .init(
        attempts: 3, pause: .milliseconds(500), rest: .seconds(60),
        then: "the half of it is asked for; one number waits")
    case .anyList:
      .init(
        attempts: 3, rest: .seconds(60), then: "the reader lists nothing: told, and other numbers come first")
    case .number: .init(attempts: 5, rest: .seconds(60), then: "it stays as it was heard, or is lost")
    case .record: .init(attempts: 5, then: "the memory has no such passing that can be read")
    case .contradiction: .init(attempts: 8, then: "what is stored stays, and that is told")
    }
  }
}

/// How often each was in vain, one after another.
struct Attempts: Sendable {
  private var failures = [UInt8](repeating: 0, count: Inquiry.allCases.count)

  /// How often it was in vain.
  subscript(inquiry: Inquiry) -> Int {
    get { Int(failures[inquiry.rawValue]) }
    set { failures[inquiry.rawValue] = UInt8(clamping: newValue) }
  }

  /// Whether it was in vain so often that something else is done.
  func isOver(_ inquiry: Inquiry) -> Bool { self[inquiry] >= inquiry.limit.attempts }

  /// It was in vain once more.
  /// - Returns: whether that is enough.
  mutating func fail(_ inquiry: Inquiry) -> Bool {
    self[inquiry] += 1
    return isOver(inquiry)
  }

  /// It was not in vain, or is begun anew.
  mutating func reset(_ inquiry: Inquiry) { self[inquiry] = 0 }
}
