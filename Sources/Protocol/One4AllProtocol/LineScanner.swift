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

  /// Bytes of a block.
  @inlinable package static var blockLength: Int { 64 }

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

  /// Whether a line feed is among the last bytes of a chunk, which are no more than a block.
  @inline(__always)
  package static func hasLineFeed(in chunk: borrowing Span<UInt8>, from start: Int) -> Bool {
    let last = chunk.count &- 16
    var found: SIMD16<UInt8>
    if start <= last {
      // How many bytes they are is as good as random: rather the same bytes twice than a branch.
      found = equal(chunk.vector(at: start)) | equal(chunk.vector(at: min(start &+ 16, last)))
      found |= equal(chunk.vector(at: min(start &+ 32, last))) | equal(chunk.vector(at: last))
    } else if last >= 0 {
      let places = SIMD16<UInt8>(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
      let before = SIMD16<UInt8>(repeating: UInt8(truncatingIfNeeded: start &- last))
      let meant: SIMDMask<SIMD16<Int8>> = places .> before
      found = equal(chunk.vector(at: last)) & unsafeBitCast(meant, to: SIMD16<UInt8>.self)
    } else {
      for index in start..<chunk.count where chunk[index] == ASCII.lineFeed { return true }
      return false
    }
    let halves = unsafeBitCast(found, to: SIMD2<UInt64>.self)
    return halves[0] | halves[1] != 0
  }

  /// Bit n is set when byte n of the block is a line feed.
  @usableFromInline @inline(__always)
  static func lineFeeds(in chunk: borrowing Span<UInt8>, at block: Int) -> UInt64 {
    // Of the four vectors of a block, byte n has the bits 0, 2, 4 and 6 of one sum: equal bytes are all ones,
    // that is minus one, so the sum comes out negative.
    var sum = equal(chunk.vector(at: block &+ 48))
    sum = times4(sum) &+ equal(chunk.vector(at: block &+ 32))
    sum = times4(sum) &+ equal(chunk.vector(at: block &+ 16))
    sum = times4(sum) &+ equal(chunk.vector(at: block))
    let halves = unsafeBitCast(SIMD16<UInt8>(repeating: 0) &- sum, to: SIMD2<UInt64>.self)
    // The second half takes the odd bits. Byte n now has the bits n of all eight words: turned, the words'
    // bits.
    return transposed(halves[0] | halves[1] &<< 1)
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

  @inline(__always)
  private static func equal(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
    let lineFeeds = SIMD16<UInt8>(repeating: ASCII.lineFeed)
    let equal: SIMDMask<SIMD16<Int8>> = bytes .== lineFeeds
    return unsafeBitCast(equal, to: SIMD16<UInt8>.self)
  }

  @inline(__always)
  private static func times4(_ values: SIMD16<UInt8>) -> SIMD16<UInt8> {
    let twice = values &+ values
    return twice &+ twice
  }

  /// Eight rows of eight bits, mirrored at their diagonal: single bits change places, then squares of two, of
  /// four.
  @inline(__always)
  private static func transposed(_ bits: UInt64) -> UInt64 {
    var bits = bits
    var changed = (bits ^ bits &>> 7) & 0x00AA_00AA_00AA_00AA
    bits ^= changed ^ changed &<< 7
    changed = (bits ^ bits &>> 14) & 0x0000_CCCC_0000_CCCC
    bits ^= changed ^ changed &<< 14
    changed = (bits ^ bits &>> 28) & 0x0000_0000_F0F0_F0F0
    return bits ^ changed ^ changed &<< 28
  }
}
