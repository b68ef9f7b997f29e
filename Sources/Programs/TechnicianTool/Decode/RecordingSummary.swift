import AgentCore
import One4AllProtocol

/// What a recording came to.
struct RecordingSummary {
  private let name: String
  private var moments: (first: DecodedPassing, last: DecodedPassing)?
  private var counts: [TimeCertainty: Int] = [:]
  private var unknownZones = 0
  private var beyondCalendar = 0

  private(set) var passings = 0
  private(set) var chips: Set<UInt64> = []
  private(set) var tests = 0
  /// Passings for which no zone is known.
  private(set) var withoutUTC = 0
  var malformed = 0
  var forms: [RecordingForm] = []
  /// Of a One4All 5, whose numbers rise.
  var rising = NumberLedger(isNewestFirst: false)
  /// Of the cloud's export, whose numbers fall.
  var falling = NumberLedger(isNewestFirst: true)

  init(name: String) { self.name = name }

  mutating func take(_ passing: DecodedPassing) {
    if let certainty = passing.time?.certainty {
      if certainty != .certain { counts[certainty, default: 0] += 1 }
    } else if passing.isZoneUnknown {
      unknownZones += 1
    } else if passing.isBeyondCalendar {
      beyondCalendar += 1
    } else if passing.local != nil {
      withoutUTC += 1
    }
    if passing.isTest {
      tests += 1
      return
    }
    passings += 1
    if let key = passing.chip.key { chips.insert(key) }
    guard let moments else {
      self.moments = (passing, passing)
      return
    }
    if Self.isEarlier(passing, moments.first) { self.moments?.first = passing }
    if !Self.isEarlier(passing, moments.last) { self.moments?.last = passing }
  }

  mutating func finish() {
    rising.finish()
    falling.finish()
  }

  /// A block of lines.
  var text: String {
    let form = forms.isEmpty ? "" : ": " + forms.map(FaultWords.name).joined(separator: ", ")
    var rows = [("passings", "\(passings)"), ("chips", "\(chips.count)")]
    if let moments {
      rows += [("first", Self.text(moments.first)), ("last", Self.text(moments.last))]
    }
    for ledger in [rising, falling] where !ledger.spans.isEmpty {
      let spans = ledger.spans.map {
        $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
      }
      let more = ledger.restarts + 1 - spans.count
      rows.append(("numbers", spans.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")))
      if ledger.restarts > 0 {
        rows.append(("restarts", "the numbering began anew \(Self.times(ledger.restarts))"))
      }
      let gaps = ledger.missingTexts.joined(separator: "; ")
      rows.append(
        ("gaps", gaps.isEmpty ? "none" : "\(Self.count(ledger.missingCount, "number")) missing: \(gaps)"))
      if ledger.repeatedCount > 0 {
        let repeated = ledger.repeatedTexts.joined(separator: "; ")
        rows.append(("repeated", "\(Self.count(ledger.repeatedCount, "passing")): \(repeated)"))
      }
    }
    if tests > 0 { rows.append(("test reads", "\(tests)")) }
    for (certainty, count) in TimeCertainty.allCases.compactMap({ key in counts[key].map { (key, $0) } }) {
      rows.append(("times", "\(count) \(Self.words(certainty))"))
    }
    if unknownZones > 0 {
      rows.append(("times", "\(unknownZones) of a zone that is not in the zone database: no UTC"))
    }
    if beyondCalendar > 0 {
      rows.append(("times", "\(beyondCalendar) outside the years 1 to 9999 in UTC: no UTC"))
    }
    rows.append(("malformed", malformed == 0 ? "none" : Self.count(malformed, "line")))
    return TerminalText.safe(name + form) + "\n"
      + rows.map { "  \(TerminalText.cell($0.0, 12))\($0.1)\n" }.joined()
  }

  /// All of several recordings.
  static func total(_ summaries: [RecordingSummary]) -> String {
    var chips: Set<UInt64> = []
    for summary in summaries { chips.formUnion(summary.chips) }
    let passings = summaries.reduce(0) { $0 + $1.passings }
    let malformed = summaries.reduce(0) { $0 + $1.malformed }
    return """
      \(summaries.count) recordings
        passings    \(passings)
        chips       \(chips.count)
        malformed   \(malformed == 0 ? "none" : count(malformed, "line"))

      """
  }

  /// By UTC where both have it, else by the wall clock.
  private static func isEarlier(_ left: DecodedPassing, _ right: DecodedPassing) -> Bool {
    if let left = left.time, let right = right.time { return left.utc < right.utc }
    guard let left = left.local, let right = right.local else { return false }
    return left < right
  }

  private static func text(_ passing: DecodedPassing) -> String {
    let local = passing.local.flatMap(LocalDateTime.init(millisecondsSince1970:)).map {
      "\($0.dateText) \($0.preciseTimeText)"
    }
    let utc = passing.time.map { " = \($0.utc.iso8601)" }
    return (local ?? "") + (utc ?? "")
  }

  private static func count(_ count: Int, _ thing: String) -> String {
    count == 1 ? "1 \(thing)" : "\(count) \(thing)s"
  }

  private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

  private static func words(_ certainty: TimeCertainty) -> String {
    switch certainty {
    case .certain: "certain"
    case .byOrder: "in the doubled hour, resolved by their order"
    case .assumedFirst: "in the doubled hour, taken for its first pass: nothing says which it was"
    case .assumedSecond:
      "in the doubled hour, taken for its second pass as the newest come first: nothing says which it was"
    case .skippedHour: "in the hour that summer time skips: the clock had not been set forward"
    }
  }
}
