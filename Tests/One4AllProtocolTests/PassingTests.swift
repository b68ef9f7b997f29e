import One4AllProtocol
import TestSupport
import Testing

@Suite struct PassingTests {
  @Test func everyFieldOfARealLine() throws {
    let passing = try Passing(parsing: Array(RealLine.passing.utf8))
    #expect(passing.number == 1)
    #expect(passing.prefix.text == "MC")
    #expect(passing.chip == 2976)
    #expect(passing.chipText == "MC02976")
    #expect(passing.localMilliseconds == 1_576_141_327_295)
    #expect(passing.localDateTime.dateText == "2019-12-12")
    #expect(passing.localDateTime.preciseTimeText == "09:02:07.295")
    #expect(passing.antenna == 3)
    #expect(passing.reads == 4)
    #expect(passing.check.text == "937f6")
    #expect(passing.check.packed == 0x39_3337_6636)
    #expect(passing.text == RealLine.passing)
  }

  @Test func randomPassingsSurviveTheWire() throws {
    var random = SeededGenerator(seed: 4)
    var framer = Framer()
    for _ in 0..<2000 {
      let passing = try #require(Self.passing(using: &random))
      var bytes: [UInt8] = []
      passing.encode(into: &bytes)
      #expect(framer.frames(of: bytes + [0x0D, 0x0A]) == [.passing(passing)])
    }
    #expect(framer.counters.passing == 2000)
  }

  @Test func aDamagedByteNeverPassesForAnotherNumberChipOrTimeUnseen() throws {
    // Any byte that becomes no text must make the passing malformed.
    let good = Array((RealLine.passing + "\r\n").utf8)
    for index in 0..<good.count - 2 {
      for noise: UInt8 in [0, 0x0D, 0x7F, 0x80, 0xFF] {
        var bytes = good
        bytes[index] = noise
        var framer = Framer()
        let frames = framer.frames(of: bytes)
        #expect(frames.allSatisfy { !$0.isValid }, "byte \(index) as \(noise)")
      }
    }
  }

  @Test func aLostByteIsSeenWhereTheWidthIsFixed() {
    let good = Array(RealLine.passing.utf8)
    let reads = good.count - 7
    for index in good.indices where index != reads {
      var bytes = good
      bytes.remove(at: index)
      #expect(throws: MalformedReason.self, "byte \(index)") { try Passing(parsing: bytes) }
    }
  }

  @Test func valuesOutOfRangeMakeNoPassing() throws {
    let prefix = try #require(ChipPrefix("MC"))
    let check = try #require(CheckCode("937f6"))
    let time = try #require(LocalDateTime(year: 2019, month: 12, day: 12))
    let make = { (number: UInt32, chip: UInt32, antenna: UInt8) in
      Passing(number: number, prefix: prefix, chip: chip, at: time, antenna: antenna, reads: 1, check: check)
    }
    #expect(make(1, 99_999, 8) != nil)
    #expect(make(0, 1, 1) == nil)
    #expect(make(1, 100_000, 1) == nil)
    #expect(make(1, 1, 0) == nil)
    #expect(make(1, 1, 9) == nil)
    #expect(ChipPrefix("M1") == nil)
    #expect(ChipPrefix("MCX") == nil)
    #expect(CheckCode("937f") == nil)
    #expect(CheckCode("93;f6") == nil)
    #expect(CheckCode("93 f6") == nil)
  }

  static func passing(using random: inout SeededGenerator) -> Passing? {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".map(String.init))
    let hex = Array("0123456789abcdef".map(String.init))
    guard let a = letters.randomElement(using: &random), let b = letters.randomElement(using: &random),
      let prefix = ChipPrefix(a + b),
      let check = CheckCode((0..<5).map { _ in hex[Int.random(in: 0..<16, using: &random)] }.joined()),
      let time = LocalDateTime(
        millisecondsSince1970: Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &random))
    else { return nil }
    let bits = Int.random(in: 1...32, using: &random)
    return Passing(
      number: UInt32.random(in: 1...(.max >> UInt32(32 - bits)), using: &random), prefix: prefix,
      chip: UInt32.random(in: 0...99_999, using: &random), at: time,
      antenna: UInt8.random(in: 1...8, using: &random),
      reads: UInt32.random(in: 0...(.max >> UInt32(32 - bits)), using: &random), check: check)
  }
}
