import One4AllProtocol

/// What the reader is being asked, and when it may be asked again. One command of ours is under way at a time; between lists
/// the line is left to what is pushed (`FetchPace`).
struct Asking: Sendable {
  /// What for.
  enum Purpose: Sendable {
    case naming
    case counting
    case listing
    case info(FileKey)
    case slice(Slice)
    case starting
  }

  /// A question under way.
  struct Question: Sendable {
    let ticket: QuestionTicket
    var purpose: Purpose
  }

  /// What the reader was asked last.
  private(set) var question: Question?
  private var number = 0
  /// What counts once the reader has named its file again.
  var unverified = Unverified()
  /// When the reader may be asked for its count or its file again.
  private(set) var questions = QuestionPace()
  /// Whether the current file was asked about last, where others had something urgent as well.
  var wasCurrentLast = false
  /// Of a list that did not end, the numbers that may still come.
  var lingering: (key: FileKey, range: ClosedRange<UInt32>)?
  var pace = FetchPace()
  /// Nothing is asked before then but for count and name: something was in vain, or the line is left to what is pushed.
  private(set) var from: MonotonicTime
  /// When something is to be looked at again.
  private(set) var wakeAt: MonotonicTime?

  init(at now: MonotonicTime) { from = now }

  /// A reader is there, or has gone: nothing is under way any more. What was not verified is to be dropped before.
  mutating func restart(at now: MonotonicTime) {
    question = nil
    lingering = nil
    questions = QuestionPace()
    from = now
  }

  /// Asks something; nothing else is under way.
  mutating func begin(_ command: Command, _ purpose: Purpose) -> ReaderQuestion {
    number += 1
    let ticket = QuestionTicket(.capture, number)
    question = Question(ticket: ticket, purpose: purpose)
    return ReaderQuestion(command, ticket)
  }

  /// The question that was answered, which is then done; nil when it is another's.
  mutating func take(_ ticket: QuestionTicket) -> Purpose? {
    guard let question, question.ticket == ticket else { return nil }
    self.question = nil
    return question.purpose
  }

  /// Nothing is to be looked at any more, but for what says so from now on.
  mutating func rest() { wakeAt = nil }

  mutating func wake(at time: MonotonicTime) { wakeAt = min(wakeAt ?? time, time) }

  /// Whether enough time has passed since something was asked in vain.
  mutating func isDue(_ now: MonotonicTime, notBefore: MonotonicTime? = nil) -> Bool {
    let from = max(self.from, notBefore ?? self.from)
    if now >= from { return true }
    wake(at: from)
    return false
  }

  /// Whether the reader may be asked for its count or its name now.
  /// - Parameter wanted: it is not wanted earlier.
  mutating func mayQuestion(from wanted: MonotonicTime, at now: MonotonicTime) -> Bool {
    let from = max(wanted, questions.from ?? wanted)
    if now >= from { return true }
    wake(at: from)
    return false
  }

  /// A question for count or name was answered, or not.
  mutating func paced(_ answer: ReaderAnswer, _ timing: ReplyTiming, at now: MonotonicTime) {
    let span: Duration? = if case .reply = answer { timing.heard - timing.asked } else { nil }
    questions.answered(after: span, at: now)
  }

  /// Something was in vain.
  mutating func pause(_ span: Duration, at now: MonotonicTime) { from = max(from, now + span) }

  /// A list has ended.
  mutating func ended(_ slice: Slice, _ timing: ReplyTiming, at now: MonotonicTime) {
    from =
      now
      + (slice.isEnded
        ? pace.pause(after: timing.heard - timing.asked, frames: slice.heard, at: now) : FetchPace.shortest)
  }

  // MARK: The list under way

  /// The list under way; nil for another question, or none.
  var slice: Slice? {
    if case .slice(let slice)? = question?.purpose { slice } else { nil }
  }

  /// Something has come that belongs to the list under way, or is in its way.
  mutating func changeSlice(_ change: (inout Slice) -> Void) {
    guard var question, case .slice(var slice) = question.purpose else { return }
    self.question = nil
    change(&slice)
    question.purpose = .slice(slice)
    self.question = question
  }

  /// What has come of the list under way is not to be taken as it is, for that came meanwhile.
  mutating func spoilSlice(by bytes: [UInt8]? = nil) { changeSlice { $0.spoil(by: bytes) } }

  /// Whether the count is being asked for.
  var isCounting: Bool {
    if unverified.count != nil { return true }
    return switch question?.purpose {
    case .counting: true
    case .naming, .listing, .info, .slice, .starting, nil: false
    }
  }
}
