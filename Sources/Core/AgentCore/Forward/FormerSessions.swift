/// Closed cloud sessions of a file's name that this store knows nothing of: it was lost since. What they have must not go
/// to another one as well, also what comes from the reader's memory only later.
///
/// A passing is the same where number and chip are: its time may have been corrected since.
struct FormerSessions: Equatable, Sendable {
  /// Most passings that are kept in mind of one file; those beyond are sent again.
  static let mostPassings = 200_000

  /// Tokens of those that are to be read, the oldest first.
  private var unread: [String] = []
  private var pages = PageWalk()
  /// The chips of what each has, by number; nil where the cloud does not show it.
  private var chips: [String: [UInt32: String?]] = [:]
  /// Those of which all is known.
  private var whole: Set<String> = []
  private var count = 0

  /// The next page to be read; nil when all are.
  var next: (token: String, page: Int64)? { unread.first.map { ($0, pages.page) } }
  /// Whether nothing of any is known, and none is to be read.
  var isEmpty: Bool { unread.isEmpty && chips.isEmpty }

  /// Those are there: what is not known yet is to be read.
  mutating func expect(_ tokens: [String]) { unread = tokens.filter { chips[$0] == nil } }

  /// Takes the page that was asked for.
  /// - Returns: how many passings the session has, once that was the last page.
  mutating func take(_ page: PassingPage) -> Int? {
    guard let token = unread.first else { return nil }
    for entry in page.entries where count < FormerSessions.mostPassings {
      if chips[token, default: [:]].updateValue(entry.chip, forKey: entry.number) == nil { count += 1 }
    }
    guard pages.take(page) else { return nil }
    skip()
    if count < FormerSessions.mostPassings { whole.insert(token) }
    return chips[token]?.count
  }

  /// The one that is being read shows no more.
  mutating func skip() {
    pages = PageWalk()
    guard let token = unread.first else { return }
    unread.removeFirst()
    chips[token] = chips[token] ?? [:]
  }

  /// Whether all that it has is known.
  func knows(_ token: String) -> Bool { whole.contains(token) }

  /// The session that has that passing; nil for none.
  func token(of item: PassingBatch.Item) -> String? {
    chips.first { _, chips in chips[item.number].map { $0 == nil || $0 == item.chip } ?? false }?.key
  }
}
