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
}

extension Intake {
  /// The reader has named its file: what it had said of that file before it was asked is taken.
  mutating func takeVerified(askedAt: MonotonicTime, at now: Moment, _ out: inout IntakeOutput) {
    let slices = unverified.slices.filter { $0.since <= askedAt }.map(\.slice)
    unverified.slices.removeAll { $0.since <= askedAt }
    for slice in slices { files[slice.key]?.reading.unverified.subtract(NumberSet(slice.range)) }
    for slice in slices where slice.key == current { accept(slice, at: now, &out) }
    guard let count = unverified.count, count.since <= askedAt else { return }
    unverified.count = nil
    if count.key == current {
      accept(count.count, storedUpTo: count.storedUpTo, of: count.key, at: now.monotonic, &out)
    } else {
      reader?.wantsCount = true
    }
  }

  /// The reader did not name its file, or names another one: all of that is asked again.
  mutating func dropUnverified() {
    for (slice, _) in unverified.slices { files[slice.key]?.reading.unverified = NumberSet() }
    if unverified.count != nil { reader?.wantsCount = true }
    unverified = Unverified()
  }
}
