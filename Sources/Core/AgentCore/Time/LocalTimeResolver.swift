/// How sure the moment of a local reading is.
public enum TimeCertainty: String, CaseIterable, Sendable {
  /// The reading came once.
  case certain
  /// It came twice; which one it was follows from the order of the passings.
  case byOrder = "by_order"
  /// It came twice and nothing says which it was: taken for the first.
  case assumedFirst = "assumed_first"
  /// It came twice and nothing says which it was: taken for the second, since the newest passings come first.
  case assumedSecond = "assumed_second"
  /// It never came, so the clock was not set forward in time: read by the offset that was in force before.
  case skippedHour = "skipped_hour"

  /// Whether nothing says which of both moments it was.
  public var isGuess: Bool {
    switch self {
    case .assumedFirst, .assumedSecond: true
    case .certain, .byOrder, .skippedHour: false
    }
  }

  /// Whether it was one of two moments, and the clock of a host did not say which.
  public var isOfDoubledHour: Bool { self == .byOrder || isGuess }
}

/// The moment of a passing.
public struct ResolvedTime: Equatable, Sendable {
  /// The moment.
  public let utc: WallTime
  /// How sure that is.
  public let certainty: TimeCertainty
}

/// Turns the local times of passings into UTC, in the order in which they come. Where summer time ends, one hour (in
/// one zone half an hour) happens twice; order and running number say which one a passing belongs to:
///
/// - A passing with a higher number than the last one is later. So within the doubled hour a clock that runs back by
///   more than `disorder` has begun the second pass. A lower number is the same in reverse: a clock that runs forward
///   by more than that belongs to the first pass. Numbers of which nothing is known count as rising.
/// - Where the order allows both, a passing that is near the last one, by up to a quarter of the doubled hour, belongs
///   to the same pass: else there would be a pause at least three times as long just there.
/// - What comes first in a stream, or farther from the last passing, could be either. It is taken for the first pass,
///   and is marked so; so is all that follows from it, until the clock runs back (by falling numbers: forward) or the
///   doubled hour is over. The first pass is right if there is a return to come; if there is none, nothing in the stream
///   could tell.
/// - A stream that is said to have the newest passings first is the mirror of that: numbers of which nothing is known
///   count as falling, and what could be either is taken for the second pass until the clock runs forward.
/// - A pause that lasts the doubled hour, but for less than a quarter of it, cannot be seen: it looks as if there were
///   none.
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
    let utc: WallTime
    var number: UInt32?
    let isAssumed: Bool
  }

  private let isNewestFirst: Bool
  private var last: Last?

  /// Nothing seen yet.
  /// - Parameter isNewestFirst: whether the newest passings come first, as in the cloud's export.
  public init(isNewestFirst: Bool = false) { self.isNewestFirst = isNewestFirst }

  /// The numbering has begun anew, in a new session file: numbers so far say nothing any more, the time still does.
  public mutating func numberingBeginsAnew() { last?.number = nil }

  /// The passing's moment.
  /// - Parameters:
  ///   - reading: what the zone database says of its local time.
  ///   - skipped: for a reading that never was, the moment by the offset before; nil takes the moment of the jump.
  ///   - number: its running number; nil when it has none.
  public mutating func resolve(
    _ reading: LocalReading, skippedAs skipped: WallTime? = nil, number: UInt32? = nil
  ) -> ResolvedTime {
    let resolved =
      switch reading {
      case .once(let utc): ResolvedTime(utc: utc, certainty: .certain)
      case .never(let jump): ResolvedTime(utc: skipped ?? jump, certainty: .skippedHour)
      case .twice(let earlier, let later): choose(earlier, later, number)
      }
    follow(resolved, number: number)
    return resolved
  }

  /// A passing's moment was decided, here or elsewhere: the next one follows it.
  mutating func follow(_ time: ResolvedTime, number: UInt32?) {
    last = Last(utc: time.utc, number: number, isAssumed: time.certainty.isGuess)
  }

  private func choose(_ earlier: WallTime, _ later: WallTime, _ number: UInt32?) -> ResolvedTime {
    let (near, far) = isNewestFirst ? (later, earlier) : (earlier, later)
    return switch isNearer(near, far, number) {
    case true?: ResolvedTime(utc: near, certainty: .byOrder)
    case false?: ResolvedTime(utc: far, certainty: .byOrder)
    case nil: ResolvedTime(utc: near, certainty: isNewestFirst ? .assumedSecond : .assumedFirst)
    }
  }

  /// Whether it is of the pass that comes first in the stream; nil when nothing says so. All is seen in the direction of
  /// the stream: where the newest come first, it is the mirror of time and numbers.
  private func isNearer(_ near: WallTime, _ far: WallTime, _ number: UInt32?) -> Bool? {
    guard let last else { return nil }
    let direction: Int64 = isNewestFirst ? -1 : 1
    // From the last one on, negative when it is before.
    let early = (near.milliseconds - last.utc.milliseconds) * direction
    let late = (far.milliseconds - last.utc.milliseconds) * direction
    let doubled = late - early
    let disorder = min(Self.disorder, doubled / 2)
    let isBefore =
      if let number, let before = last.number {
        isNewestFirst ? number > before : number < before
      } else { false }
    let (isEarlyPossible, isLatePossible) =
      isBefore ? (early <= disorder, late <= disorder) : (early >= -disorder, late >= -disorder)
    if last.isAssumed {
      // It may be of the other pass: decided is only what does not go with the moment that was assumed for it.
      return switch isBefore {
      case false where !isEarlyPossible && isLatePossible: false
      case true where !isEarlyPossible && early < doubled: true
      case _: nil
      }
    }
    // As near to the last one as the order allows.
    let isEarly = isBefore ? !isLatePossible : isEarlyPossible
    let distance = abs(isEarly ? early : late)
    let isNear = isEarlyPossible != isLatePossible ? distance < doubled : distance <= doubled / 4
    return isNear ? isEarly : nil
  }
}
