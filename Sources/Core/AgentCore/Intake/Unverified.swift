/// What the reader has said of its current file without naming it. It is taken once a GETSTATUS that was asked later
/// names the same file.
struct Unverified: Sendable {
  /// Most lists that wait.
  static let mostSlices = 8
  /// How long a list waits while there are others to ask for.
  static let longest = Duration.seconds(1)

  /// An answer to PASSINGS.
  struct Count: Sendable {
    let count: UInt32
    /// The highest number that was stored by then.
    let storedUpTo: UInt32
    let key: FileKey
    let since: MonotonicTime

    init(_ count: UInt32, storedUpTo: UInt32, of key: FileKey, since: MonotonicTime) {
      self.count = count
      self.storedUpTo = storedUpTo
      self.key = key
      self.since = since
    }
  }

  var count: Count?
  /// Answers to GETPASSINGS, in order.
  var slices: [(slice: Slice, since: MonotonicTime)] = []

  /// Whether one more list may wait.
  var isRoom: Bool { slices.count < Unverified.mostSlices }

  /// The reader has named its file: takes out what it had said before it was asked.
  mutating func take(askedAt: MonotonicTime) -> (slices: [Slice], count: Count?) {
    let due = slices.filter { $0.since <= askedAt }.map(\.slice)
    slices.removeAll { $0.since <= askedAt }
    let told = count.flatMap { $0.since <= askedAt ? $0 : nil }
    if told != nil { count = nil }
    return (due, told)
  }
}
