import One4AllProtocol
import TestSupport
import Testing

/// The verifier: every fixture gives its frames, however its bytes arrive.
@Suite struct FixtureTests {
  @Test func fixturesAreThere() { #expect(Fixture.all.count >= 15) }

  @Test(arguments: Fixture.all) func whole(_ fixture: Fixture) {
    var framer = Framer()
    #expect(framer.frames(of: fixture.bytes).map(Fixture.description) == fixture.frames)
    #expect(framer.pendingCount == 0)
    #expect(framer.counters.bytes == UInt64(fixture.bytes.count))
  }

  @Test(arguments: Fixture.all) func byteByByte(_ fixture: Fixture) {
    var framer = Framer()
    let frames = fixture.bytes.flatMap { framer.frames(of: [$0]) }
    #expect(frames.map(Fixture.description) == fixture.frames)
  }

  @Test(arguments: Fixture.all) func inRandomChunks(_ fixture: Fixture) {
    for seed in UInt64(1)...10 {
      var random = SeededGenerator(seed: seed)
      var framer = Framer()
      let chunks = Self.chunks(of: fixture.bytes, longest: seed < 5 ? 8 : 3000, using: &random)
      let frames = chunks.flatMap { framer.frames(of: $0) }
      #expect(frames.map(Fixture.description) == fixture.frames, "seed \(seed)")
    }
  }

  @Test func manyAtOnceInAnyOrder() {
    for seed in UInt64(1)...10 {
      var random = SeededGenerator(seed: seed)
      let order = (Fixture.all + Fixture.all).shuffled(using: &random)
      var framer = Framer()
      let chunks = Self.chunks(of: order.flatMap(\.bytes), longest: 5000, using: &random)
      let frames = chunks.flatMap { framer.frames(of: $0) }
      #expect(frames.map(Fixture.description) == order.flatMap(\.frames), "seed \(seed)")
    }
  }

  @Test(arguments: Fixture.all) func behindALineOfGarbage(_ fixture: Fixture) {
    var framer = Framer()
    let frames = framer.frames(of: [0xFF, 0, 0x80, 0x0A] + fixture.bytes)
    #expect(frames.map(Fixture.description) == ["malformed noise \\xff\\x00\\x80"] + fixture.frames)
  }

  @Test(arguments: Fixture.all.filter { $0.name != "longest-frame" })
  func behindGarbageOnTheSameLine(_ fixture: Fixture) {
    var framer = Framer()
    let frames = framer.frames(of: [0, 0xFF, 0x80] + fixture.bytes).filter(\.isValid)
    var clean = Framer()
    #expect(frames == clean.frames(of: fixture.bytes).filter(\.isValid))
  }

  @Test(arguments: Fixture.all) func cutAtEveryPosition(_ fixture: Fixture) {
    var framer = Framer()
    var frames: [Frame] = []
    for (index, byte) in fixture.bytes.enumerated() {
      frames += framer.frames(of: [byte])
      // Within a frame of thousands of bytes one cut is like the next.
      guard fixture.bytes.count < 3000 || index % 97 == 0 || byte == 0x0D || byte == 0x0A else { continue }
      var cut = framer
      let last = cut.framesAtEnd()
      #expect(cut.pendingCount == 0)
      for frame in last { Self.expectSent(frame, at: fixture.bytes[...index]) }
      // A lone CR is no content; a frame that was given up has been counted already.
      let mayBeEmpty = framer.pendingCount == 0 || byte == 0x0D || fixture.name.contains("long")
      #expect(!last.isEmpty || mayBeEmpty, "cut behind byte \(index)")
      guard index % 97 == 0 else { continue }
      var whole = Framer()
      #expect(whole.frames(of: Array(fixture.bytes[...index])) == frames)
      #expect(whole.framesAtEnd() == last)
      #expect(whole.counters == cut.counters)
      #expect(frames.map(Fixture.description) == Array(fixture.frames.prefix(frames.count)))
      // The next connection begins afresh.
      #expect(cut.frames(of: "PING;PONG\r\n").map(Fixture.description) == ["reply PING PONG"])
    }
    #expect(frames.map(Fixture.description) == fixture.frames)
  }

  /// What is believed at a cut stands at the end of what came, byte for byte.
  private static func expectSent(_ frame: Frame, at bytes: ArraySlice<UInt8>) {
    let end = bytes.suffix(2 * Framer.maximumFrameLength)
    let text: [UInt8]
    switch frame {
    case .passing(let passing): text = Array(passing.text.utf8)
    case .reply(let reply): text = reply.raw
    case .hello(let hello): text = Array(hello.text.utf8)
    case .endOfList, .malformed: return
    }
    let lines = end.split(whereSeparator: { $0 == 0x0A }).last.map(Array.init) ?? []
    #expect(lines.indices.contains { lines[$0...].starts(with: text) })
  }

  static func chunks(
    of bytes: [UInt8], longest: Int, using random: inout SeededGenerator
  ) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int.random(in: 0...longest, using: &random))
      chunks.append(Array(bytes[start..<end]))
      start = end
    }
    return chunks
  }
}
