import AgentCore
import One4AllProtocol
import ZoneDatabase

/// The times that passings to be imported lie in.
struct ImportedTimes {
  private static let day: Int64 = 86_400_000
  /// A session may last for so long.
  private static let longest: Int64 = 7 * day

  private let span: ClosedRange<Int64>
  private let zone: ZoneArgument?

  init(_ passings: some Sequence<Passing>, zone: String) {
    let locals = passings.map(\.localMilliseconds)
    span = (locals.min() ?? 0)...(locals.max() ?? 0)
    self.zone = ZoneArgument(known: zone)
  }

  /// The first and the last time, by the reader's clock and in UTC.
  var first: String { text(span.lowerBound) }
  var last: String { text(span.upperBound) }

  /// What is strange about them in a session file of that name, `20191212-090155.csv`; nil when nothing is.
  func warning(besides name: String) -> String? {
    guard let start = ImportedTimes.start(in: name) else { return nil }
    guard span.lowerBound < start - ImportedTimes.day || span.upperBound > start + ImportedTimes.longest
    else {
      return nil
    }
    let days = [span.lowerBound, span.upperBound].map(ImportedTimes.date)
    let dates = days[0] == days[1] ? days[0] : "\(days[0]) to \(days[1])"
    return "warning: the passings are of \(dates), session file \(name) is of \(ImportedTimes.date(start)):"
      + " is it the right one?"
  }

  /// When the reader began a file of that name, by its clock; nil when the name does not say.
  private static func start(in name: String) -> Int64? {
    SessionFileName("\(name.prefix(15)).csv")?.openedAt.millisecondsSince1970
  }

  private static func date(_ local: Int64) -> String {
    LocalDateTime(millisecondsSince1970: local)?.dateText ?? "?"
  }

  private func text(_ local: Int64) -> String {
    guard let time = LocalDateTime(millisecondsSince1970: local) else { return "?" }
    let moment: Int64? =
      switch zone?.utc(local: local) {
      case .once(let utc), .twice(let utc, _), .never(_, let utc): utc
      case nil: nil
      }
    let utc = moment.map { " = \(WallTime(milliseconds: $0).iso8601)" } ?? ""
    return "\(time.dateText) \(time.preciseTimeText)\(utc)"
  }
}
