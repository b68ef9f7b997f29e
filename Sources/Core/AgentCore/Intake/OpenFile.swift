import One4AllProtocol

/// One session file while it is followed or fetched: which numbers are stored, which are not, and what the reader's
/// memory is still to be asked.
struct OpenFile: Sendable {
  /// Most numbers in a slice, and the fewest after slices that came damaged.
  static let largestSlice = 100
  static let smallestSlice = 10
  /// Numbers that need not be asked but lie between others that must: asking them costs less than another command.
  static let smallestHole: UInt32 = 8
  /// Most copies that are kept to be held against the reader's memory.
  private static let copyLimit = 4096

  /// Settling the times of passings by the host's clock: what is fetched waits until it is known what they became.
  enum Settling: Sendable {
    case asked
    /// It is done, and what is stored now is being read.
    case done
  }

  let key: FileKey
  let name: SessionFileName
  /// Whether the store has told what it holds.
  var isOpened = false
  /// What is known of each of its numbers.
  var numbers = NumberBook()
  /// Held passings were asked for last, where others were missing as well.
  var wasHeldLast = false
  /// Numbers that one clean slice did not give, or whose record cannot be read.
  var missed = NumberSet()
  /// Numbers whose frames come damaged in lists that end properly.
  var spoilt: [UInt32: Spoilt] = [:]
  /// Numbers that are left out of the slices for a while, so that others do not wait behind them.
  var aside: [Aside] = []
  /// Numbers of lists that are not taken before the reader has named its file.
  var unverified = NumberSet()
  /// Copies of frames that are not believed, to be held against what the reader's memory gives.
  var copies: [UInt32: Passing] = [:]
  /// Numbers that lists have given, and about which the store has not said yet whether it has the same.
  var inquired = NumberSet()
  /// Numbers that lists gave otherwise than they are stored.
  var contradictions: [UInt32: Contradicting] = [:]
  /// How many passings the reader said it has.
  var count: UInt32?
  /// The highest count that the reader ever told while this file was open.
  var highestCount: UInt32 = 0
  /// The count that the store was told.
  var notedCount: UInt32?
  var notedAt: MonotonicTime?
  /// The count that was told last.
  private var toldCount: UInt32?
  /// It does not act yet: it is to be told again.
  private(set) var isCountOpen = false
  /// GETFILEINFO is to be asked for the count, and how often it was in vain.
  var needsInfo = false
  var infoFailures = 0
  /// The count is not told: slices find the end.
  var isProbing = false
  var times = PassingTimes()
  var believing = Believing()
  /// All is being compared.
  var isAuditing = false
  /// A person wants to be told what the comparison found.
  var isAuditAsked = false
  /// Differences that the comparison found.
  var differences = 0
  /// Doubtful frames are kept, the last of them heard then.
  var doubtedAt: MonotonicTime?
  /// When a clean slice first lacked a number, since when no count was told.
  var missedAt: MonotonicTime?
  /// When the count was last told.
  var countedAt: MonotonicTime?
  var sliceLimit = OpenFile.largestSlice
  /// Slices in a row that gave nothing new.
  var failures = 0
  /// Refusals in a row.
  var refusals = 0
  /// The reader has listed some of it since it last refused all that it was asked for.
  var hasListed = false
  /// Numbers that it refuses to list.
  var refused = NumberSet()
  /// How often it refused to list a number by itself.
  var refusedTimes: [UInt32: Int] = [:]
  /// Lists that it refuses to give, since it gave one.
  var refusedLists = 0
  /// The reader does not list this file: it is not asked before then.
  var blockedUntil: MonotonicTime?
  /// Since when the reader has denied the file.
  var missingSince: MonotonicTime?
  /// The reader's memory has passings from before the file's name says that it was opened: its clock was set back.
  var beginsBeforeOpening = false
  /// Pushed frames that came so far from their time that another clock must have stamped them, if the memory has the same.
  private(set) var strays: [UInt32: Passing] = [:]
  /// The highest number that a steady clock stamped, and its moment.
  var steady: (number: UInt32, utc: WallTime)?
  /// That times are guessed has been told.
  var isGuessTold = false
  /// Some were guessed since one was heard whose moment is certain.
  var isGuessOpen = false
  /// How far the store is with the times of what was heard of it before the host's clock was to be trusted; nil when
  /// there is nothing to settle.
  var settling: Settling?
  /// When the reader told which counts.
  var countings = Countings()
  /// Since when passings have been unconfirmed without any of them being confirmed.
  var unconfirmedSince: MonotonicTime?

  init(key: FileKey, name: SessionFileName) {
    self.key = key
    self.name = name
  }

  /// Whether nobody has ever named it but the person who wants it compared.
  var isOnlyNamed: Bool { isAuditAsked && numbers.storedCount == 0 && notedCount == nil }

  /// Numbers that the reader has, and that are neither stored nor lost.
  var gaps: NumberSet { numbers.unheard(upTo: count ?? 0) }

  /// Numbers that cannot be sent before the reader's memory has given them.
  var missing: NumberSet {
    var missing = gaps
    missing.formUnion(numbers.numbers(.unconfirmed))
    return missing
  }

  /// What the reader's memory is to be asked.
  var needed: NumberSet {
    var needed = gaps
    needed.formUnion(numbers.toAsk)
    return needed
  }

  /// What a list is to give.
  var expected: NumberSet {
    var expected = needed
    expected.formUnion(numbers.numbers(.held))
    return expected
  }

  /// Whether anything cannot be sent yet: `!missing.isEmpty`, which is dear to find out with many gaps.
  var isMissing: Bool { numbers.count(.unconfirmed) > 0 || numbers.isAnyUnheard(upTo: count ?? 0) }

  /// Whether its memory is to be asked anything: `!needed.isEmpty`.
  var isNeedy: Bool { numbers.isAnyToCompare || isMissing }

  /// Whether others wait for what is to be asked: for passings, or for where they end. What is only compared can wait.
  var isUrgent: Bool { needsInfo || isProbing || isMissing }

  /// What the store holds, and the rows that still wait for it.
  mutating func take(_ contents: FileContents, waiting: [KeptPassing], zones: ZoneLookup) {
    let isFirst = !isOpened
    isOpened = true
    var (stored, unconfirmed, lost) = (contents.stored, contents.unconfirmed, contents.lost)
    for row in waiting {
      let number = row.passing.number
      lost.remove(number)
      switch row.trust {
      case .confirmed: unconfirmed.remove(number)
      case .unconfirmed: if !stored.contains(number) { unconfirmed.insert(number) }
      case .believed, .released: break
      }
      stored.insert(number)
    }
    numbers.reopen(stored: stored, unconfirmed: unconfirmed, lost: lost)
    if isFirst || settling == .done, let last = contents.last {
      let time = ResolvedTime(utc: last.utc, certainty: last.certainty)
      times.learn(last.passing, time, zone: last.zone, zones: zones)
      if last.stamp == .steady { noteSteady(last.passing.number, time) }
    }
    if settling == .done { settling = nil }
    guard isFirst else { return }
    notedCount = contents.summary.readerCount
    if let last = contents.last {
      believing.expected = max(believing.expected, Believing.after(last.passing.number))
    }
  }

  /// A steady clock stamped a passing. A guess of its moment tells nothing of others.
  mutating func noteSteady(_ number: UInt32, _ time: ResolvedTime) {
    guard !time.certainty.isGuess else { return }
    let utc = time.utc
    if steady.map({ $0.number < number }) ?? true { steady = (number, utc) }
  }

  /// A pushed frame came far from its time.
  mutating func noteStray(_ passing: Passing) {
    if strays.count < OpenFile.copyLimit { strays[passing.number] = passing }
  }

  /// What waits for the reader's memory has changed.
  mutating func noteWaiting(at now: MonotonicTime) {
    if numbers.count(.unconfirmed) == 0 {
      unconfirmedSince = nil
    } else if unconfirmedSince == nil {
      unconfirmedSince = now
    }
  }

  /// A copy of a frame to hold the reader's memory against. Where there are too many, those of the lowest numbers stay:
  /// they are asked for first.
  mutating func remember(_ passing: Passing) {
    if copies.count >= OpenFile.copyLimit {
      let expected = expected
      copies = copies.filter { expected.contains($0.key) }
      if copies.count >= OpenFile.copyLimit * 3 / 4 {
        let end = copies.keys.sorted()[OpenFile.copyLimit / 2]
        copies = copies.filter { $0.key < end }
      }
    }
    copies[passing.number] = passing
  }

  /// Whether a passing is from before the file was opened, by the reader's clock; no file has such as a rule.
  func isBeforeOpening(_ passing: Passing) -> Bool {
    !beginsBeforeOpening && passing.localMilliseconds < name.openedAt.millisecondsSince1970
  }

  /// A list has given a passing, which goes to the store: it says whether that came before.
  mutating func inquire(_ number: UInt32, at now: MonotonicTime) {
    inquired.insert(number)
    numbers.note(.received, number)
    noteWaiting(at: now)
  }

  /// The reader's memory has confirmed a passing, and the store has it.
  mutating func confirm(_ passing: Passing, at now: MonotonicTime) {
    let number = passing.number
    numbers.note(.confirmed, number)
    missed.remove(number)
    spoilt[number] = nil
    copies[number] = nil
    contradictions[number] = nil
    refusedTimes[number] = nil
    strays[number] = nil
    if isBeforeOpening(passing) { beginsBeforeOpening = true }
    believing.confirm(passing)
    if unconfirmedSince != nil { unconfirmedSince = numbers.count(.unconfirmed) == 0 ? nil : now }
  }

  /// The reader has told its count. A smaller one than before acts when it is told twice; a higher one as far as something
  /// else bears it out, what was heard or the count before it: no check protects it.
  mutating func counted(_ told: UInt32, at now: MonotonicTime) {
    countings.note(told, at: now)
    let before = toldCount
    toldCount = told
    if let count, told < count, before != told {
      isCountOpen = true
      return
    }
    let known = [count, notedCount, numbers.lastStored, before].compactMap { $0 }.max() ?? 0
    isCountOpen = told > known
    if isCountOpen, count == nil, known == 0 { return }
    let proven = min(told, known)
    highestCount = max(highestCount, proven)
    count = proven
    believing.expected = max(believing.expected, Believing.after(proven))
    guard !isCountOpen else { return }
    countedAt = now
    numbers.noteAll(.gapCounted)
  }

  /// The passing that was believed last, when it stands right in front of a gap, is to be compared: two frames that the
  /// line cut may have become one that looks whole. It is asked for along with the gap, once that is counted.
  mutating func suspectFront(of number: UInt32) {
    guard let last = believing.lastPushed?.number, Believing.after(last) == number else { return }
    numbers.note(.inFrontOfGap, last)
  }

  /// Everything is to be compared.
  mutating func audit() {
    isAuditing = true
    isProbing = false
    differences = 0
    missed = NumberSet()
    numbers.noteAll(.audited)
  }
}
