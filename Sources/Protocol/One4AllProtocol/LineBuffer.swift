/// What came since the last line end. Memory of a fixed size, made once: appending is a copy, never an
/// allocation. Only a reply that may be long makes it grow.
struct LineBuffer: Sendable {
  /// Most bytes that it holds.
  private(set) var capacity: Int
  /// How many it holds.
  private(set) var count = 0
  private var storage: [UInt8]

  init(capacity: Int) {
    self.capacity = capacity
    // Behind the last byte there is room for a whole window.
    storage = [UInt8](repeating: 0, count: capacity + UsualPassing.windowLength)
  }

  var isEmpty: Bool { count == 0 }
  var last: UInt8? { isEmpty ? nil : storage[count - 1] }
  /// A copy of what it holds.
  var bytes: [UInt8] { Array(storage[..<count]) }

  /// Gives its first bytes in place.
  func read<Result>(_ length: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    body(storage.span.extracting(0..<length))
  }

  mutating func removeAll() { count = 0 }

  /// Appends what there is room for.
  /// - Returns: how many bytes that was.
  mutating func append(_ part: Span<UInt8>) -> Int {
    let length = min(part.count, capacity - count)
    let end = count
    var target = storage.mutableSpan
    target.copy(part, from: 0, length: length, to: end)
    count = end + length
    return length
  }

  /// Makes room for so many bytes in all.
  mutating func grow(to capacity: Int) {
    guard capacity > self.capacity else { return }
    storage += [UInt8](repeating: 0, count: capacity - self.capacity)
    self.capacity = capacity
  }

  /// Forgets all but the last bytes.
  mutating func keepLast(_ length: Int) {
    guard length < count else { return }
    for index in 0..<length { storage[index] = storage[count - length + index] }
    count = length
  }

  /// The passing that a chunk from `start` on makes whole, when it is of the usual shape, and where in the
  /// chunk it ends. Holds nothing then; is as it was when there is none.
  @inline(__always)
  mutating func completed(
    by chunk: borrowing Span<UInt8>, from start: Int, date: inout KnownDate, _ room: inout [UInt8]
  ) -> (Passing, end: Int)? {
    let window = UsualPassing.windowLength
    let rest = chunk.count &- start
    guard count < window, count &+ rest >= UsualPassing.shortestLength else { return nil }
    let held = count
    var length = rest
    var target = storage.mutableSpan
    if rest < window {
      target.copy(copy chunk, from: start, length: rest, to: held)
    } else {
      // A fixed number of bytes is cheaper to copy than just those that are missing.
      length = window
      target.copy(copy chunk, from: start, length: window, to: held)
    }
    guard let usual = UsualPassing(at: 0, in: storage.span, date: &date), usual.length <= held &+ length
    else {
      return nil
    }
    count = 0
    return (usual.passing(in: storage.span, &room), start &+ usual.length &- held)
  }
}
