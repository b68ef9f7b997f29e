import One4AllProtocol

/// What is known of the moments of one session file's passings.
struct FileMoments: Sendable {
  /// Settling the times of passings by the host's clock: what is fetched waits until it is known what they became.
  enum Settling: Sendable {
    case asked
    /// It is done, and what is stored now is being read.
    case done
  }

  /// Turns local times into UTC.
  var times = PassingTimes()
  /// The highest number that a steady clock stamped, and its moment.
  private(set) var steady: (number: UInt32, utc: WallTime)?
  /// Pushed frames that came so far from their time that another clock must have stamped them, if the memory has the same.
  private var strays: [UInt32: Passing] = [:]
  /// The reader's memory has passings from before the file's name says that it was opened: its clock was set back.
  private var beginsBeforeOpening = false
  /// That times are guessed has been told.
  private var isGuessTold = false
  /// Some were guessed since one was heard whose moment is certain.
  var isGuessOpen = false
  /// How far the store is with the times of what was heard of it before the host's clock was to be trusted; nil when
  /// there is nothing to settle.
  var settling: Settling?

  /// What was known went by another zone, or by a clock that was not to be trusted.
  mutating func forget() {
    times = PassingTimes()
    steady = nil
  }

  /// The store has told the newest passing that it has.
  mutating func learn(_ last: KeptPassing, zones: ZoneLookup) {
    let time = ResolvedTime(utc: last.utc, certainty: last.certainty)
    times.learn(last.passing, time, zone: last.zone, zones: zones)
    if last.stamp == .steady { noteSteady(last.passing.number, time) }
  }

  /// A steady clock stamped a passing. A guess of its moment tells nothing of others.
  mutating func noteSteady(_ number: UInt32, _ time: ResolvedTime) {
    guard !time.certainty.isGuess, steady.map({ $0.number < number }) ?? true else { return }
    steady = (number, time.utc)
  }

  /// A pushed frame came far from its time.
  mutating func noteStray(_ passing: Passing) {
    if strays.count < OpenFile.copyLimit { strays[passing.number] = passing }
  }

  /// Whether it was pushed, and came far from its time.
  func isStray(_ passing: Passing) -> Bool { strays[passing.number] == passing }

  /// The memory has confirmed a passing.
  mutating func confirm(_ passing: Passing, of name: SessionFileName) {
    strays[passing.number] = nil
    if isBeforeOpening(passing, of: name) { beginsBeforeOpening = true }
  }

  /// Whether a passing is from before the file was opened, by the reader's clock; no file has such as a rule.
  func isBeforeOpening(_ passing: Passing, of name: SessionFileName) -> Bool {
    !beginsBeforeOpening && passing.localMilliseconds < name.openedAt.millisecondsSince1970
  }

  /// Tells once that moments are guessed.
  mutating func tellGuess(_ time: ResolvedTime, _ number: UInt32, of key: FileKey, _ log: inout Telling) {
    guard time.certainty.isGuess, !isGuessTold else { return }
    isGuessTold = true
    let pass = time.certainty == .assumedFirst ? "first" : "second"
    log.append(
      LogEntry(
        .timeGuessed,
        "session file \(key.file): passing \(number) lies in the hour that comes twice, and nothing says in which; it is "
          + "taken for the \(pass) one, and so may others be: `one4allctl passings` marks them", key.fields))
  }
}
