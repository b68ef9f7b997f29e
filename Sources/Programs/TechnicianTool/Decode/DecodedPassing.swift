import AgentCore
import One4AllProtocol

/// A passing of any form, as `one4allctl decode` shows it.
struct DecodedPassing {
  /// Nil where the zone is not known, and where there is no local time.
  let resolved: ResolvedTime?
  /// Milliseconds since 1970, the local date and time read as if it were UTC. Nil for a test read of an older reader that
  /// has no time.
  let local: Int64?
  /// When the chip was first seen, the same way; older readers only.
  let firstSeen: Int64?
  let chip: RecordedChip
  let antenna: UInt8?
  let reads: UInt32?
  let number: UInt32?
  /// EPC and reserved fields of a passing of 13 fields.
  var epcFields: EPCFields?
  /// Where the bib stands in the line; the cloud's export only.
  let bib: Range<Int>?
  /// Whether the row names a zone that the zone database does not have.
  let isZoneUnknown: Bool

  /// Nil where the zone is not known, and outside the years 1 to 9999, for which there is no text.
  var time: ResolvedTime? { isBeyondCalendar ? nil : resolved }
  /// Whether the zone moves a time of the first or the last day into another year than 1 to 9999.
  var isBeyondCalendar: Bool {
    resolved.map { LocalDateTime(millisecondsSince1970: $0.utc.milliseconds) == nil } ?? false
  }

  var isTest: Bool { chip == .testRead }

  /// What must be known of it; empty when nothing must.
  var note: StaticString {
    if isZoneUnknown { return "unknown_zone" }
    switch (isTest, time?.certainty) {
    case (false, nil), (false, .certain): return ""
    case (false, .byOrder): return "by_order"
    case (false, .assumedFirst): return "assumed_first"
    case (false, .assumedSecond): return "assumed_second"
    case (false, .skippedHour): return "skipped_hour"
    case (true, nil), (true, .certain): return "test_read"
    case (true, .byOrder): return "test_read by_order"
    case (true, .assumedFirst): return "test_read assumed_first"
    case (true, .assumedSecond): return "test_read assumed_second"
    case (true, .skippedHour): return "test_read skipped_hour"
    }
  }
}
