/// Many bytes at once. This is the only file with unchecked memory access: each function says what its caller
/// guarantees, and debug builds hold it to that.
extension Span<UInt8> {
  /// Eight bytes as a number, the first one lowest. All eight must lie in the span.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    assert(offset >= 0 && offset + 8 <= count)
    return UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// Eight bytes of a range as a number, the first one lowest: those from eight times `part` on; 0 for those that the
  /// range does not have.
  @inline(__always)
  func text(_ range: Range<Int>, part: Int) -> UInt64 {
    let start = range.lowerBound &+ 8 &* part
    let length = Swift.min(8, range.upperBound &- start)
    guard length > 0 else { return 0 }
    if start &+ 8 <= count {
      return word(at: start) & (~0 &>> UInt64(truncatingIfNeeded: 64 &- 8 &* length))
    }
    let end = start &+ length
    if end >= 8 { return word(at: end &- 8) &>> UInt64(truncatingIfNeeded: 64 &- 8 &* length) }
    var word: UInt64 = 0
    for index in stride(from: end - 1, through: start, by: -1) { word = word &<< 8 | UInt64(self[index]) }
    return word
  }

  /// Sixteen bytes. All must lie in the span.
  @inline(__always)
  func vector(at offset: Int) -> SIMD16<UInt8> {
    assert(offset >= 0 && offset + 16 <= count)
    return bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
  }
}

extension MutableSpan<UInt8> {
  /// Copies `length` bytes from `start` of the source to `offset`. They must lie in the source and fit here.
  @inline(__always)
  mutating func copy(_ source: Span<UInt8>, from start: Int, length: Int, to offset: Int) {
    assert(start >= 0 && length >= 0 && start + length <= source.count)
    assert(offset >= 0 && offset + length <= count)
    guard length > 0 else { return }
    withUnsafeMutableBytes { target in
      source.withUnsafeBytes { origin in
        guard let to = target.baseAddress, let from = origin.baseAddress else { return }
        (to + offset).copyMemory(from: from + start, byteCount: length)
      }
    }
  }
}

extension [UInt8] {
  /// Takes a range of a span in place of what it holds. The memory stays, unless somebody else holds it too.
  @inline(__always)
  mutating func replaceAll(with source: Span<UInt8>, _ range: Range<Int>) {
    guard range.count == count else {
      // What was needed for something absurdly long is given back.
      removeAll(keepingCapacity: capacity <= Swift.max(2 * range.count, 256))
      append(source, range)
      return
    }
    var target = mutableSpan
    target.copy(source, from: range.lowerBound, length: range.count, to: 0)
  }

  /// Appends a range of a span.
  @inline(never)
  mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
    source.withUnsafeBytes { append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// The same, kept out of the way.
  @inline(never)
  mutating func replaceAll(with source: Span<UInt8>, from start: Int, to end: Int) {
    replaceAll(with: source, start..<end)
  }

  /// A copy of a span.
  init(copying span: Span<UInt8>) { self = span.withUnsafeBytes { Array($0) } }
}
