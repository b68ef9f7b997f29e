/// What a reading of a local wall clock may be in UTC, milliseconds since 1970-01-01T00:00:00Z. The zone database's
/// answer, in the core's words.
public enum LocalTimeAnswer: Equatable, Sendable {
  /// One moment.
  case once(Int64)
  /// Clocks were set back: both moments.
  case twice(earlier: Int64, later: Int64)
  /// Clocks were set forward over it: the moment by the offset that was in force before.
  case never(byOffsetBefore: Int64)
}

/// How sure the moment of a local reading is.
public enum TimeCertainty: String, CaseIterable, Sendable {
  /// The reading came once.
  case certain
  /// It came twice; which one it was follows from the order of the passings.
  case byOrder = "by_order"
  /// It came twice and nothing says which it was: taken for the first.
  case assumedFirst = "assumed_first"
  /// It never came, so the clock was not set forward in time: read by the offset that was in force before.
  case skippedHour = "skipped_hour"
}

/// The moment of a passing.
public struct ResolvedTime: Equatable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let utcMilliseconds: Int64
  /// How sure that is.
  public let certainty: TimeCertainty
}

/// Turns the local times of passings into UTC, in the order in which they come. Where summer time ends, one hour (in
/// one zone half an hour) happens twice; order and running number say which one a passing belongs to:
///
/// - A passing with a higher number than the last one is later. So within the doubled hour a clock that runs back by
///   more than `disorder` has begun the second pass. A lower number is the same in reverse: a clock that runs forward
///   by more than that belongs to the first pass. Numbers of which nothing is known count as rising.
/// - What comes first in a stream, or longer after the last passing than the doubled hour lasts, could be either. It
///   is taken for the first pass until the clock runs back or the doubled hour is over, and is marked so. If there is
///   a return to come, the first pass is right; if there is none, nothing in the stream could tell.
/// - A pause that lasts the doubled hour but for less than `disorder` looks like disorder, and is taken for it.
///
/// A local time that was skipped where summer time begins is read by the offset before: the moment that a clock
/// shows which nobody has set forward.
///
/// It is a value without any clock: recordings and live passings go through the same rules.
public struct LocalTimeResolver: Equatable, Sendable {
  /// Passings are numbered when the reader has made up its mind about their times, so that neighbours may stand in
  /// the wrong order by a little. Milliseconds.
  public static let disorder: Int64 = 300_000

  private struct Last: Equatable {
    let utc: Int64
    var number: UInt32?
    let isAssumed: Bool
  }

  private var last: Last?

  /// Nothing seen yet.
  public init() {}

  /// The numbering has begun anew, in a new session file: numbers so far say nothing any more, the time still does.
  public mutating func numberingBeginsAnew() { last?.number = nil }

  /// The passing's moment.
  /// - Parameters:
  ///   - answer: what the zone database says of its local time.
  ///   - number: its running number; nil when it has none.
  public mutating func resolve(_ answer: LocalTimeAnswer, number: UInt32? = nil) -> ResolvedTime {
    let resolved =
      switch answer {
      case .once(let utc): ResolvedTime(utcMilliseconds: utc, certainty: .certain)
      case .never(let utc): ResolvedTime(utcMilliseconds: utc, certainty: .skippedHour)
      case .twice(let earlier, let later): choose(earlier, later, number)
      }
    last = Last(
      utc: resolved.utcMilliseconds, number: number, isAssumed: resolved.certainty == .assumedFirst)
    return resolved
  }

  private func choose(_ earlier: Int64, _ later: Int64, _ number: UInt32?) -> ResolvedTime {
    let doubled = later - earlier
    let first = ResolvedTime(utcMilliseconds: earlier, certainty: .assumedFirst)
    guard let last else { return first }
    let disorder = min(Self.disorder, doubled / 2)
    let isBefore = if let number, let before = last.number { number < before } else { false }
    // As near to the last one as the order allows.
    let utc =
      isBefore
      ? (later <= last.utc + disorder ? later : earlier) : (earlier >= last.utc - disorder ? earlier : later)
    // Too far away to follow from it: a pause, or another recording.
    guard abs(utc - last.utc) < doubled else { return first }
    let isAssumed = last.isAssumed && utc == earlier && !isBefore
    return isAssumed ? first : ResolvedTime(utcMilliseconds: utc, certainty: .byOrder)
  }
}
