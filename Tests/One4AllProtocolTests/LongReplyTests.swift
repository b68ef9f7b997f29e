import One4AllProtocol
import ProtocolOracles
import TestSupport
import Testing

/// Readers with thousands of session files, or with more to say of themselves than is known.
@Suite struct LongReplyTests {
  /// A reply with so many names.
  private static func list(_ count: Int) -> [UInt8] {
    let names = (0..<count).map { second in
      let parts = [second / 3600, second / 60 % 60, second % 60].map { String($0 + 100).dropFirst() }
      return "20260101-\(parts.joined()).csv;"
    }
    return Array(("LISTFILES;" + names.joined()).utf8)
  }

  /// The real status, with so many fields more.
  private static func status(_ count: Int) -> [UInt8] {
    Array((RealLine.status + (0..<count).map { ";x\($0)" }.joined()).utf8)
  }

  private static let passing = Array((RealLine.passing + "\r\n").utf8)

  @Test(arguments: [203, 204, 205, 260, 2000, 2458, 52_428], ["\r\n", "\n", "\r\r\n"])
  func isReadHoweverItIsCut(_ count: Int, _ end: String) {
    let list = Self.list(count)
    for line in [list, list.dropLast()] {
      let bytes = Self.passing + line + Array(end.utf8) + Self.passing
      for length in [count < 1000 ? 1 : 62, 63, 4096, 4097, 70_000, 300_000]
      where count < 9999 || length > 4096 {
        var framer = Framer()
        var frames: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: length) {
          frames += framer.frames(of: Array(bytes[start..<min(start + length, bytes.count)]))
          #expect(framer.pendingCount <= Framer.maximumReplyLength + 1)
        }
        #expect(frames.map(\.isValid) == [true, true, true])
        guard case .reply(let reply) = frames[1] else { continue }
        #expect(reply.name == .listFiles && reply.arguments.count == count && reply.raw == Array(line))
        #expect(!reply.isCut)
        #expect(framer.counters.malformed == 0 && framer.pendingCount == 0)
      }
    }
  }

  @Test(arguments: [63, 4096, 70_000, 3_000_000])
  func ofTooLongAReplyWhatFitsIsTakenOnceInBoundedMemory(_ length: Int) {
    var framer = Framer()
    var replies: [Reply] = []
    for line in [Self.list(length == 63 ? 52_429 : 86_400), Self.status(170_000)] {
      let bytes = line + Array("\r\n".utf8) + Self.passing
      for start in stride(from: 0, to: bytes.count, by: length) {
        framer.feed(Array(bytes[start..<min(start + length, bytes.count)])) {
          if case .reply(let reply) = $0 { replies.append(reply) }
        }
        #expect(framer.pendingCount <= Framer.maximumReplyLength + 1)
      }
    }
    #expect(replies.map(\.isCut) == [true, true])
    #expect(replies.map(\.name) == [.listFiles, .getStatus] && replies[0].arguments.count == 52_428)
    #expect(replies.allSatisfy { $0.raw.count <= Framer.maximumReplyLength })
    guard case .files(let list) = CommandOutcome(command: .listFiles, reply: replies[0]) else {
      Issue.record("no list")
      return
    }
    #expect(list.isCut && list.files.count == 52_428)
    #expect(framer.counters.malformed == 0 && framer.counters.passing == 2 && framer.counters.reply == 2)
  }

  @Test(arguments: [1000, 5000, 30_000])
  func aStatusWithManyFieldsMoreIsAStatus(_ count: Int) throws {
    for isEnded in [true, false] {
      var framer = Framer()
      var frames = framer.frames(of: Self.status(count) + (isEnded ? [0x0D, 0x0A] : []))
      frames += framer.framesAfterSilence()
      guard case .reply(let reply)? = frames.first, frames.count == 1 else {
        Issue.record("\(frames.count) frames")
        return
      }
      let status = try ReaderStatus(reply: reply)
      #expect(status.serialNumber == "O4A5-00051" && status.protocolVersion == ProtocolVersion("3.0"))
      #expect(status.rawLine.utf8.count == Framer.maximumFrameLength && status.strangeFields.isEmpty)
    }
  }

  @Test func whatOnlyBeginsLikeALongReplyIsGivenUpAsEarlyAsAnyOther() {
    for front in ["LISTFILES;20260101-000000.csv;\0", "GETSTATUS;\0", "GETTIME;"] {
      var framer = Framer()
      let frames = framer.frames(of: Array(front.utf8) + [UInt8](repeating: 0x41, count: 5000))
      #expect(frames.count == 1 && !frames[0].isValid && framer.pendingCount <= 2 * 4097)
    }
  }

  @Test func oddNamesAreReadBesideTheOthers() {
    let odd = "RACE1.csv;20191112-090155.CSV;;\u{e9}t\u{e9}.csv;20191112-090155.csv.bak;"
    let line = Self.list(1000) + Array(odd.utf8) + [0xE9, 0x2E, 0x63, 0x73, 0x76]
    var framer = Framer()
    guard case .reply(let reply)? = framer.frames(of: line + [0x0D, 0x0A]).first,
      case .files(let list) = CommandOutcome(command: .listFiles, reply: reply)
    else {
      Issue.record("no list")
      return
    }
    #expect(list.files.count == 1000 && !list.isCut && framer.counters.malformed == 0)
    #expect(
      list.otherNames == [
        "RACE1.csv", "20191112-090155.CSV", "\u{e9}t\u{e9}.csv", "20191112-090155.csv.bak", "\u{e9}.csv",
      ])
  }

  @Test func noiseWithinAListIsDamage() {
    for place in [11, 4000, 4100, 30_000, 39_990] {
      var list = Self.list(2000)
      list[place] = 0
      var framer = Framer()
      let frames = framer.frames(of: list + Array("\r\n".utf8) + Self.passing)
      #expect(!frames.contains { if case .reply = $0 { true } else { false } }, "at \(place)")
      #expect(framer.counters.malformed >= 1 && framer.counters.passing == 1)
    }
  }

  @Test(arguments: [0xFF, 0x1B, 0xE9] as [UInt8])
  func anOddByteWithinAListSpoilsOneName(_ byte: UInt8) {
    for place in [11, 4000, 4100, 30_000, 39_990] {
      var list = Self.list(2000)
      list[place] = byte
      var framer = Framer()
      guard case .reply(let reply)? = framer.frames(of: list + [0x0D, 0x0A]).first,
        case .files(let files) = CommandOutcome(command: .listFiles, reply: reply)
      else {
        Issue.record("no list with \(byte) at \(place)")
        continue
      }
      #expect(files.files.count >= 1998 && files.otherNames.count == 1)
    }
  }

  @Test func aReplyThatComesIsNamed() {
    var framer = Framer()
    #expect(framer.pendingReply == nil)
    for (bytes, name) in [
      ("LISTFILES;2026", CommandName.listFiles), ("\r\n\0\0GETSTATUS;3", .getStatus), ("\r\n1;MC;02", nil),
      ("\r\nLISTFI", nil), ("LES;", .listFiles),
    ] {
      _ = framer.frames(of: bytes)
      #expect(framer.pendingReply == name, "\(bytes)")
    }
    // Cut, it still comes.
    #expect(framer.frames(of: Self.list(60_000)).count == 1)
    #expect(framer.pendingReply == .listFiles)
    _ = framer.frames(of: "\r\n")
    #expect(framer.pendingReply == nil)
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
