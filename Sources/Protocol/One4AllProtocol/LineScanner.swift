/// Finds line feeds, 64 bytes at a time. Frames are shorter than that, so what it finds in a block is kept as
/// a bit set and handed out feed by feed: a block is looked at once, and no search is begun for every frame.
///
/// A scanner belongs to one chunk; `from` must not go back. Its loop is made to be inlined, so that its state
/// stays in registers.
package struct LineScanner {
  /// The line feeds of the block: bit n stands for its byte n.
  @usableFromInline var found: UInt64 = 0
  /// Where the block begins.
  @usableFromInline var block = 0
  /// Where the bytes begin that were not looked at yet.
  @usableFromInline var end = 0

  @usableFromInline static var blockLength: Int { 64 }

  /// Nothing looked at yet.
  @inlinable package init() {}

  /// Where the first line feed is, at `start` or behind it; nil when there is none in the rest of the chunk.
  @inlinable @inline(__always)
  package mutating func lineFeed(in chunk: borrowing Span<UInt8>, from start: Int) -> Int? {
    if start < end {
      // Bits of bytes that were passed.
      found &= ~0 &<< UInt64(truncatingIfNeeded: max(0, start &- block))
    } else {
      found = 0
      end = start
    }
    while found == 0, chunk.count &- end >= Self.blockLength {
      block = end
      found = Self.lineFeeds(in: chunk, at: block)
      end &+= Self.blockLength
    }
    if found == 0 {
      guard end < chunk.count else { return nil }
      block = max(0, chunk.count &- Self.blockLength)
      found = Self.lineFeeds(in: chunk, behind: end)
      end = chunk.count
      if found == 0 { return nil }
    }
    return block &+ found.trailingZeroBitCount
  }

  /// Bit n is set when byte n of the block is a line feed.
  @usableFromInline @inline(__always)
  static func lineFeeds(in chunk: borrowing Span<UInt8>, at block: Int) -> UInt64 {
    sixteen(chunk.vector(at: block)) | sixteen(chunk.vector(at: block &+ 16)) &<< 16
      | sixteen(chunk.vector(at: block &+ 32)) &<< 32 | sixteen(chunk.vector(at: block &+ 48)) &<< 48
  }

  /// The line feeds of the last block, which overlaps the one before it, from `start` on. Less than a block
  /// is looked at byte by byte.
  @usableFromInline
  static func lineFeeds(in chunk: borrowing Span<UInt8>, behind start: Int) -> UInt64 {
    if chunk.count >= blockLength {
      let block = chunk.count &- blockLength
      return lineFeeds(in: chunk, at: block) & ~0 &<< UInt64(truncatingIfNeeded: start &- block)
    }
    var found: UInt64 = 0
    for index in start..<chunk.count where chunk[index] == ASCII.lineFeed { found |= 1 &<< UInt64(index) }
    return found
  }

  /// Bit n is set when byte n is a line feed.
  @inline(__always)
  private static func sixteen(_ bytes: SIMD16<UInt8>) -> UInt64 {
    // Equal bytes are all ones. Each keeps one bit, the n-th byte of eight its n-th; multiplying adds the
    // eight bits up in the highest byte.
    let lineFeeds = SIMD16<UInt8>(repeating: ASCII.lineFeed)
    let equal: SIMDMask<SIMD16<Int8>> = bytes .== lineFeeds
    let halves = unsafeBitCast(equal, to: SIMD2<UInt64>.self)
    let first = ((halves[0] & bitOfByte) &* everyByte) &>> 56
    let second = ((halves[1] & bitOfByte) &* everyByte) &>> 56
    return first | second &<< 8
  }

  private static let bitOfByte: UInt64 = 0x8040_2010_0804_0201
  private static let everyByte: UInt64 = 0x0101_0101_0101_0101
}
