/// Why a line of a recording is no record. What it is called for a person is the business of programs.
public enum RecordFault: Error, Hashable, Sendable {
  /// A One4All 5 frame that is none, and why.
  case passing(MalformedReason)
  /// No line end within `RecordingDecoder.maximumLineLength` bytes.
  case tooLong
  /// Bytes that are no text.
  case noise
  /// Text that is like no line of any known form.
  case unrecognised
  /// The line ends before its last field is whole.
  case truncated
  /// More fields, or fewer, than the form has.
  case fieldCount
  /// Not a number from 0 to 4294967295.
  case number
  /// Not two letters and five digits, nor `VOIDTAG`; in the cloud's form more than eight characters.
  case chip
  /// Not a date of the form, or no such day.
  case date
  /// The time at which the chip was first seen: not a time of the form, or no such time.
  case firstSeen
  /// Not a time of the form, or no such time.
  case time
  /// Not 1 to 8.
  case antenna
  /// Not at least three digits that fit 32 bits.
  case reads
  /// More than eight characters behind the reads, or such that are not visible.
  case flags
  /// A character that no text has.
  case text
  /// Neither empty, nor an offset such as `GMT-06:00`, nor like the name of a zone.
  case zone
}

extension RecordFault {
  /// How many fields stand before the wrong one in a line of that form; all where their number is wrong.
  func goodFields(of form: RecordingForm) -> Int {
    switch self {
    case .passing(let reason): Self.goodFields(before: reason)
    case .truncated, .fieldCount: Int.max
    case .tooLong, .noise, .unrecognised, .number, .text: 0
    case .chip: form == .cloudExport ? 6 : 0
    case .date: form == .cloudExport ? 2 : 1
    case .firstSeen: 2
    case .time: form == .cloudExport ? 2 : 3
    case .antenna: 4
    case .reads: 5
    case .flags: 6
    case .zone: 8
    }
  }

  private static func goodFields(before reason: MalformedReason) -> Int {
    switch reason {
    case .tooLong, .noise, .unrecognised, .unknownName, .noArguments, .statusFields, .ambiguousJoin, .number:
      0
    case .prefix: 1
    case .chip: 2
    case .date: 3
    case .time: 4
    case .antenna: 5
    case .reads: 6
    case .check: 7
    case .truncated, .fieldCount: Int.max
    }
  }
}
