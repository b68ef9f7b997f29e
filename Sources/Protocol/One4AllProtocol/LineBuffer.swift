/// What came since the last line end. Memory of a fixed size, made once: appending is a copy, never an
/// allocation. Only a reply that may be long makes it grow.
struct LineBuffer: Sendable {
  /// Most bytes that it holds.
  private(set) var capacity: Int
  /// How many it holds.
  private(set) var count = 0
  /// What it holds begins behind a margin: the first part of a line is copied with what stands before it in the chunk.
  private var storage: [UInt8]
  private static let margin = UsualPassing.windowLength
  /// A passing is not looked for in fewer bytes: one less by some than the one before it would be whole in. Of a shorter
  /// one the line end is looked for, which takes longer.
  private var shortest = UsualPassing.shortestLength
  /// Digits more or less that numbers and reads have from one passing to the next.
  private static let variation = 3

  init(capacity: Int) {
    self.capacity = capacity
    // Behind the last byte there is room for a whole window.
    storage = [UInt8](repeating: 0, count: Self.margin + capacity + UsualPassing.windowLength)
  }

  var isEmpty: Bool { count == 0 }
  var last: UInt8? { isEmpty ? nil : storage[Self.margin + count - 1] }
  /// A copy of what it holds.
  var bytes: [UInt8] { Array(storage[Self.margin..<Self.margin + count]) }

  /// Gives its first bytes in place.
  func read<Result>(_ length: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    body(storage.span.extracting(Self.margin..<Self.margin + length))
  }

  mutating func removeAll() {
    count = 0
    shortest = UsualPassing.shortestLength
  }

  /// Appends what there is room for.
  /// - Returns: how many bytes that was.
  mutating func append(_ part: Span<UInt8>) -> Int {
    let length = min(part.count, capacity - count)
    let end = Self.margin + count
    var target = storage.mutableSpan
    target.copy(part, from: 0, length: length, to: end)
    count += length
    return length
  }

  /// Appends the end of a chunk, for which there is room.
  @inline(__always)
  mutating func appendRest(of chunk: borrowing Span<UInt8>, from start: Int) {
    let length = chunk.count &- start
    let end = Self.margin &+ count &+ length
    let window = UsualPassing.windowLength
    // A fixed number of bytes is cheaper to copy than just those that are wanted. What is copied in front of them goes
    // into the margin.
    let isWindow = chunk.count >= window && (length == window || (length < window && count == 0))
    var target = storage.mutableSpan
    if isWindow {
      target.copy(copy chunk, from: chunk.count &- window, length: window, to: end &- window)
    } else {
      target.copy(copy chunk, from: start, length: length, to: end &- length)
    }
    count &+= length
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
    for index in 0..<length {
      storage[Self.margin + index] = storage[Self.margin + count - length + index]
    }
    count = length
  }

  /// The passing that a chunk from `start` on makes whole, when it is of the usual shape, and where in the
  /// chunk it ends. Holds nothing then; is as it was when there is none.
  @inline(__always)
  mutating func completed(
    by chunk: borrowing Span<UInt8>, from start: Int, date: inout KnownDate
  ) -> (UsualPassing, end: Int)? {
    let window = UsualPassing.windowLength
    let rest = chunk.count &- start
    guard count < UsualPassing.longestLength, count &+ rest >= shortest else { return nil }
    let held = count
    let end = Self.margin &+ held
    var length = rest
    var target = storage.mutableSpan
    if rest < window {
      target.copy(copy chunk, from: start, length: rest, to: end)
    } else {
      // A fixed number of bytes is cheaper to copy than just those that are missing.
      length = window
      target.copy(copy chunk, from: start, length: window, to: end)
    }
    guard let usual = UsualPassing(at: Self.margin, in: storage.span, date: &date),
      usual.length <= held &+ length
    else { return nil }
    count = 0
    shortest = max(UsualPassing.shortestLength, usual.length &- Self.variation)
    return (usual, start &+ usual.length &- held)
  }

  /// Copies bytes of what `completed` has just given, in place of what the target holds.
  @inline(never)
  func copy(from start: Int, to end: Int, into target: inout [UInt8]) {
    target.replaceAll(with: storage.span, from: start, to: end)
  }
}
