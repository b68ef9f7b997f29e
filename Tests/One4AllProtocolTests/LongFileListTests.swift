import One4AllProtocol
import ProtocolOracles
import TestSupport
import Testing

/// Readers with thousands of session files.
@Suite struct LongFileListTests {
  /// A reply with so many names.
  private static func list(_ count: Int) -> [UInt8] {
    let names = (0..<count).map { number in
      let digits = String(number + 1_000_000).dropFirst()
      return "20260101-\(digits).csv;"
    }
    return Array(("LISTFILES;" + names.joined()).utf8)
  }

  private static let passing = Array((RealLine.passing + "\r\n").utf8)

  @Test(arguments: [203, 204, 205, 260, 2000, 2457], ["\r\n", "\n", "\r\r\n"])
  func isReadHoweverItIsCut(_ count: Int, _ end: String) {
    let list = Self.list(count)
    for line in [list, list.dropLast()] {
      let bytes = Self.passing + line + Array(end.utf8) + Self.passing
      for length in [1, 63, 4096, 4097, 70_000] {
        var framer = Framer()
        var frames: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: length) {
          frames += framer.frames(of: Array(bytes[start..<min(start + length, bytes.count)]))
          #expect(framer.pendingCount <= Framer.maximumListLength + 1)
        }
        #expect(frames.map(\.isValid) == [true, true, true])
        guard case .reply(let reply) = frames[1] else { continue }
        #expect(reply.name == .listFiles && reply.arguments.count == count && reply.raw == Array(line))
        #expect(framer.counters.malformed == 0 && framer.pendingCount == 0)
      }
    }
  }

  @Test func tooManyNamesAreGivenUpOnceInBoundedMemory() {
    var framer = Framer()
    var frames: [Frame] = []
    for _ in 0..<3 {
      for byte in Self.list(2458) + Self.list(3000) {
        framer.feed([byte]) { frames.append($0) }
        #expect(framer.pendingCount <= Framer.maximumListLength + 1)
      }
      framer.feed(Array("\r\n".utf8) + Self.passing) { frames.append($0) }
    }
    #expect(framer.counters.malformed == 3 && framer.counters.passing == 3)
    #expect(
      frames.allSatisfy { if case .malformed(let frame) = $0 { frame.reason == .tooLong } else { true } })
  }

  @Test func damageWithinIsOneMalformedFrame() {
    for place in [11, 4000, 4100, 30_000, 39_990] {
      var list = Self.list(2000)
      list[place] = list[place] == 0x3B ? 0x30 : 0x3B
      var framer = Framer()
      let frames = framer.frames(of: list + Array("\r\n".utf8) + Self.passing)
      #expect(frames.filter { !$0.isValid }.count == 1, "damage at \(place)")
      #expect(framer.counters.passing == 1)
    }
  }

  @Test func aListWithoutItsLineFeedIsTakenAfterSilence() {
    let list = Self.list(500)
    var framer = Framer()
    #expect(framer.frames(of: list).isEmpty)
    // Another name may follow.
    #expect(framer.framesAfterSilence().isEmpty)
    #expect(framer.frames(of: [0x0D]).isEmpty)
    #expect(framer.framesAfterSilence().map(\.isValid) == [true])
    #expect(framer.frames(of: [0x0A] + Self.passing).map(\.isValid) == [true])
  }

  @Test func aShortListIsNotWholeEither() {
    var framer = Framer()
    #expect(framer.frames(of: "LISTFILES;20260101-000000.csv;").isEmpty)
    #expect(framer.framesAfterSilence().isEmpty)
    let frames = framer.frames(of: "20260102-000000.csv;\r\n")
    guard case .reply(let reply) = frames.first else {
      Issue.record("\(frames)")
      return
    }
    #expect(frames.count == 1 && reply.arguments.count == 2)
  }

  @Test func aStreamThatEndsWithinAListIsTruncated() {
    var framer = Framer()
    #expect(framer.frames(of: Self.list(1000)).isEmpty)
    let frames = framer.framesAtEnd()
    guard case .malformed(let frame) = frames.first else {
      Issue.record("\(frames.count) frames")
      return
    }
    #expect(frames.count == 1 && frame.reason == .truncated)
    #expect(framer.frames(of: Self.passing).map(\.isValid) == [true])
  }

  @Test(arguments: [204, 205, 300]) func holdsWhatAllFramesHold(_ count: Int) throws {
    let list = Self.list(count)
    for bytes in [
      list + Array("\r\n".utf8), list, list.dropLast(7) + Array("\n".utf8), list + list + Array("\n".utf8),
      Array("x".utf8) + list + Array("\n".utf8) + Self.passing,
    ] {
      try Oracles.check(bytes)
    }
  }
}
