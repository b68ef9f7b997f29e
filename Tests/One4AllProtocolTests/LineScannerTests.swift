import One4AllProtocol
import TestSupport
import Testing

@Suite struct LineScannerTests {
  @Test func everyLineFeedIsFoundInChunksOfEveryLength() {
    var random = SeededGenerator(seed: 5)
    for length in 0...300 {
      for density in [1, 3, 20, 100] {
        // Neighbours of the line feed and bytes that differ from it in the high bit only.
        let others: [UInt8] = [0x09, 0x0B, 0x0D, 0x8A, 0x00, 0xFF, 0x30]
        let bytes = (0..<length).map { _ in
          Int.random(in: 0..<density, using: &random) == 0
            ? 0x0A : others[Int.random(in: 0..<others.count, using: &random)]
        }
        expectAll(in: bytes)
      }
    }
  }

  @Test func aSearchMayBeginAnywhereBehindTheOneBefore() {
    var random = SeededGenerator(seed: 6)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 1...400, using: &random)).map { _ -> UInt8 in
        Int.random(in: 0..<15, using: &random) == 0 ? 0x0A : 0x30
      }
      var scanner = LineScanner()
      var start = 0
      while start <= bytes.count {
        let expected = bytes[start...].firstIndex(of: 0x0A)
        if scanner.lineFeed(in: bytes.span, from: start) != expected {
          Issue.record("from \(start) in \(bytes)")
        }
        start += Int.random(in: 0...150, using: &random)
        if Bool.random(using: &random) { start += 1 }
      }
    }
  }

  @Test func aLineFeedIsSeenAmongTheLastBytesOfAChunkAndNotBeforeThem() {
    for length in [0, 1, 7, 15, 16, 17, 31, 63, 64, 65, 100] {
      for rest in 0...min(length, LineScanner.blockLength) {
        let start = length - rest
        for place in 0..<length {
          var bytes = [UInt8](repeating: 0x0B, count: length)
          bytes[place] = 0x0A
          if LineScanner.hasLineFeed(in: bytes.span, from: start) != (place >= start) {
            Issue.record("at \(place) of \(length), from \(start)")
          }
        }
        let others = [UInt8](repeating: 0x8A, count: length)
        if LineScanner.hasLineFeed(in: others.span, from: start) {
          Issue.record("none in \(length), from \(start)")
        }
      }
    }
  }

  private func expectAll(in bytes: [UInt8]) {
    var scanner = LineScanner()
    var found: [Int] = []
    var start = 0
    while let end = scanner.lineFeed(in: bytes.span, from: start) {
      found.append(end)
      start = end + 1
    }
    #expect(found == bytes.indices.filter { bytes[$0] == 0x0A })
  }
}
