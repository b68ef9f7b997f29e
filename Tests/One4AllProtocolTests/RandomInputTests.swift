import One4AllProtocol
import TestSupport
import Testing

/// Whatever arrives: no crash, bounded memory, the same frames however it is cut, nothing vanishes.
@Suite struct RandomInputTests {
  @Test func randomBytes() {
    hold(seeds: 1...15) { random in (0..<6000).map { _ in .random(in: 0...255, using: &random) } }
  }

  @Test func randomBytesOfTheProtocolsAlphabet() {
    let alphabet = Array("0123456789;;;-:.MCHELOPINGTrue \r\n\0".utf8)
    hold(seeds: 20...35) { random in
      (0..<6000).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
    }
  }

  @Test func goodFramesGluedCutAndDamaged() {
    let parts = [
      RealLine.passing, RealLine.status, "PING;PONG", "HELLO One4All", "LISTFILES;20171223-153055.csv;",
      "\r\n",
      "\n", "\r", "SETBOUNCE;5", "PASSINGS;12;MC00001", "27;MC;02620;2019-12-12;09:02:29.255;6;12;7611c",
    ].map { Array($0.utf8) }
    hold(seeds: 40...80) { random in
      var bytes: [UInt8] = []
      while bytes.count < 8000 {
        let part = parts[Int.random(in: 0..<parts.count, using: &random)]
        let isCut = Int.random(in: 0..<4, using: &random) == 0
        bytes += isCut ? part.prefix(Int.random(in: 0...part.count, using: &random)) : part[...]
        if Int.random(in: 0..<9, using: &random) == 0 { bytes.append(.random(in: 0...255, using: &random)) }
      }
      return bytes
    }
  }

  @Test(arguments: [
    "HELLO", "PING;", "PING;PONG", "GETSTATUS;", "LISTFILES;", "PASSINGS;1;", "xHELLO", "1;MC;0",
  ])
  func hostileRepetitionEndsSoon(_ text: String) {
    let line = Array(String(repeating: text, count: 4090 / text.utf8.count).utf8)
    for front in ["", "x", "1;", "GETSTATUS;"] {
      var framer = Framer()
      let frames = framer.frames(of: Array(front.utf8.prefix(6)) + line + [0x0A])
      #expect(!frames.isEmpty)
    }
  }

  @Test func aLineWithoutEndIsCountedOnceInBoundedMemory() {
    var framer = Framer()
    let chunk = [UInt8](repeating: 0x41, count: 10_000)
    for _ in 0..<100 {
      _ = framer.frames(of: chunk)
      #expect(framer.pendingCount <= 2 * (Framer.maximumFrameLength + 1))
    }
    #expect(framer.counters.malformed == 1)
    #expect(framer.frames(of: "\r\nPING;PONG\r\n").map(\.isValid) == [true])
  }

  @Test func passingsBetweenRandomNoiseAreNeverWrong() throws {
    // Passings whose lines were cut and joined at random: what is believed must have been sent.
    var random = SeededGenerator(seed: 99)
    for _ in 0..<300 {
      let sent = try (0..<4).map { _ in try #require(PassingTests.passing(using: &random)) }
      var bytes: [UInt8] = []
      for passing in sent {
        passing.encode(into: &bytes)
        // The line end is lost, by itself or with the end of the frame.
        switch Int.random(in: 0..<4, using: &random) {
        case 0: break
        case 1: bytes.removeLast(Int.random(in: 1...20, using: &random))
        case _: bytes += [0x0D, 0x0A]
        }
      }
      var framer = Framer()
      for case .passing(let passing) in framer.frames(of: bytes + [0x0A]) {
        #expect(sent.contains(passing))
      }
    }
  }

  private func hold(seeds: ClosedRange<UInt64>, _ make: (inout SeededGenerator) -> [UInt8]) {
    for seed in seeds {
      var random = SeededGenerator(seed: seed)
      let bytes = make(&random)
      var whole = Framer()
      let frames = whole.frames(of: bytes) + whole.framesAtEnd()
      for longest in [1, 16, 5000] {
        var framer = Framer()
        var others: [Frame] = []
        for chunk in FixtureTests.chunks(of: bytes, longest: longest, using: &random) {
          others += framer.frames(of: chunk)
          #expect(framer.pendingCount <= 2 * (Framer.maximumFrameLength + 1))
        }
        others += framer.framesAtEnd()
        #expect(others == frames, "seed \(seed), chunks of \(longest)")
        #expect(framer.counters == whole.counters)
      }
      #expect(Self.account(for: frames) == bytes.filter { !Self.isLineEnd($0) }, "seed \(seed)")
    }
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  /// All bytes that the frames hold, but for line ends and the `;` between a status and what ran into it.
  private static func account(for frames: [Frame]) -> [UInt8] {
    frames.flatMap { frame -> [UInt8] in
      switch frame {
      case .hello(let hello): Array(hello.text.utf8)
      case .passing(let passing): Array(passing.text.utf8)
      case .reply(let reply): reply.raw
      case .endOfList: []
      case .malformed(let malformed): malformed.raw
      }
    }.filter { !isLineEnd($0) }
  }
}
