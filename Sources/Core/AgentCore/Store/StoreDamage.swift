/// Something that has befallen the store: a database that was damaged and set aside, or one that was taken away.
public struct StoreDamage: Equatable, Sendable {
  /// What was done about it.
  public enum Outcome: Equatable, Sendable {
    /// What can be read is being brought over.
    case underWay
    /// So many passings were brought over; of those that were not acknowledged, `unreadable` are stored no more.
    case salvaged(passings: Int, unreadable: Int)
    /// It made the salvage fail again and again: nothing more is tried.
    case givenUp
    /// The database or its folder had been taken away while the agent was at work. Whether all of it went on in a new one.
    case replaced(isWhole: Bool)
  }

  /// Name of the file it is kept as, in the store's folder; of one that was taken away any name of its own.
  public let name: String
  /// What was found.
  public let reason: String
  /// When it was found, by the host's wall clock.
  public let notedAt: WallTime
  /// What became of it.
  public var outcome: Outcome

  /// A damage; one that is being dealt with by default.
  public init(name: String, reason: String, notedAt: WallTime, outcome: Outcome = .underWay) {
    self.name = name
    self.reason = reason
    self.notedAt = notedAt
    self.outcome = outcome
  }

  /// What it is told as.
  var event: EventName {
    switch outcome {
    case .underWay, .salvaged, .givenUp: .storeDamaged
    case .replaced: .storeVanished
    }
  }

  /// One line for a person.
  var words: String {
    let found = reason.isEmpty ? "" : " (\(reason))"
    let kept = "the store was damaged\(found); it is kept as \(name), and a new one is in use"
    switch outcome {
    case .underWay: return "\(kept); what can be read of the old one is being brought over"
    case .salvaged(let passings, let unreadable):
      let rest = unreadable == 0 ? "nothing is missing" : "\(unreadable) are fetched from the reader again"
      return "\(kept); \(passings) passings were brought over, \(rest)"
    case .givenUp:
      return "\(kept); nothing could be brought over: what the reader has is fetched from it, "
        + "what was sent before stays in the cloud"
    case .replaced(let isWhole):
      let rest =
        isWhole
        ? "everything in it goes on in a new one"
        : "it could not be read any more: a new one is in use, and what the reader has is fetched from it"
      return "the store was taken away while the agent was at work\(found); \(rest)"
    }
  }
}
