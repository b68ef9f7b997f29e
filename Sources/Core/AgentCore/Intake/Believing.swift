import One4AllProtocol

/// What becomes of a pushed frame. The check field is opaque, so a damaged frame can look whole: only what follows from
/// what was there before is believed at once.
enum Verdict: Equatable, Sendable {
  /// Its number is the next one, its time and form are plausible.
  case inOrder
  /// Kept raw; the reader's memory decides.
  case doubtful(DoubtfulFrame.Reason)
  /// Numbers may have started again: the reader is asked for its session file first.
  case needsName
}

/// What a pushed frame is held against.
struct Believing: Sendable {
  /// A passing may lie that much further ahead than the time since the one before it: clocks differ.
  static let leap = Duration.seconds(60)

  /// The number that comes next.
  var expected: UInt32 = 1
  /// The number of the last frame, when that was out of order. Two frames out of order that follow each other are no
  /// noise: the second one is in order again.
  var candidate: UInt32?
  /// The last passing that was believed, and when it was heard, to measure; nil once the reader's memory has told of a
  /// higher number.
  var lastPushed: (number: UInt32, utc: WallTime, at: MonotonicTime)?
  /// What the passings look like that the reader's memory has confirmed in this file.
  private var forms: Set<PassingForm> = []

  /// Judges a frame of the current file.
  /// - Parameters:
  ///   - utc: its moment.
  ///   - heardAt: when it was heard.
  ///   - latest: the moment of the highest number that is known.
  ///   - isEarly: whether it is from before the file was opened.
  ///   - isStored: whether the store has its number.
  ///   - isNamed: whether the reader has named its session file since the frame was heard.
  ///   - ownCode: the timer code of the reader's own chips.
  ///   - isUnconfirmable: whether the reader's memory confirms nothing: then any form is as good as another.
  func judge(
    _ passing: Passing, utc: WallTime, heardAt: MonotonicTime, latest: PassingTimes.Known?, isEarly: Bool,
    isStored: Bool,
    isNamed: Bool, ownCode: TimerCode?, isUnconfirmable: Bool = false
  ) -> Verdict {
    let number = passing.number
    let isLate = latest.map { utc < $0.utc - PassingTimes.tolerance } ?? false
    if !isNamed, number == 1 || (number < expected && !(isLate && isStored)) { return .needsName }
    let isNext = number == expected
    guard isNext || candidate.map({ number > 1 && number - 1 == $0 }) ?? false else {
      return .doubtful(number < expected && isStored ? .repeated : .jump)
    }
    // A run out of order may be the new file's.
    if !isNext, !isNamed { return .needsName }
    // A run of lower numbers is as late as it is; the store compares it with what it has.
    if isEarly { return .doubtful(.time) }
    if isLate && (isNext || !isStored) { return .doubtful(.time) }
    if let last = lastPushed, utc > last.utc + (heardAt - last.at) + Believing.leap {
      return .doubtful(.time)
    }
    return isUnconfirmable ? .inOrder : form(of: passing, ownCode: ownCode)
  }

  /// A frame that the line has damaged, or two that have run together, may be good as another form of passing than the
  /// reader sends. So only the usual one is plausible by itself; of others the memory must have confirmed one.
  private func form(of passing: Passing, ownCode: TimerCode?) -> Verdict {
    let form = PassingForm(of: passing)
    if forms.contains(form) { return .inOrder }
    let isOfUsualShape = form.isUsual && forms.allSatisfy { $0.fieldCount == form.fieldCount }
    if isOfUsualShape && passing.timerCode == ownCode { return .inOrder }
    let isOfKnownShape = isOfUsualShape || forms.contains { $0.isLike(form) }
    return .doubtful(isOfKnownShape ? .prefix : .form)
  }

  /// The frame was in order.
  mutating func follow(_ passing: Passing, utc: WallTime, at heardAt: MonotonicTime) {
    expected = Believing.after(passing.number)
    candidate = nil
    lastPushed = (passing.number, utc, heardAt)
  }

  /// The frame was not believed. One that has the next number takes it: only its content is in doubt.
  mutating func doubt(_ passing: Passing) {
    if passing.number == expected {
      expected = Believing.after(passing.number)
      candidate = nil
    } else {
      candidate = passing.number
    }
  }

  /// The reader's memory has that passing.
  mutating func confirm(_ passing: Passing) {
    forms.insert(PassingForm(of: passing))
    if passing.number >= expected { expected = Believing.after(passing.number) }
    if let last = lastPushed, last.number < passing.number { lastPushed = nil }
  }

  /// The store or the reader has that number.
  mutating func expect(behind number: UInt32) { expected = max(expected, Believing.after(number)) }

  static func after(_ number: UInt32) -> UInt32 { number == .max ? .max : number + 1 }
}
