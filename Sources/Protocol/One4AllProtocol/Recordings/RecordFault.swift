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
