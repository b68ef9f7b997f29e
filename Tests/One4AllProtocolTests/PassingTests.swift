import One4AllProtocol
import TestSupport
import Testing

@Suite struct PassingTests {
  @Test func everyFieldOfARealLine() throws {
    let passing = try Passing(parsing: Array(RealLine.passing.utf8))
    #expect(passing.number == 1)
    #expect(passing.timerCode.text == "MC")
    #expect(passing.chip.text == "02976" && passing.chip.number == 2976 && passing.chip.bib == "2976")
    #expect(passing.fieldCount == 8 && passing.epcFields == nil)
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

  @Test func everyFieldOfAPassingOfThirteen() throws {
    let text = "978;MC;00978;2026-05-17;09:02:07.295;3;4;30303030304D433030393738;;a b;;x;Z1y39"
    let passing = try Passing(parsing: Array(text.utf8))
    #expect(passing.fieldCount == 13)
    #expect(passing.epcFields?.epc == "30303030304D433030393738")
    #expect(passing.epcFields?.reserved == ["", "a b", "", "x"])
    #expect(passing.chipText == "MC00978" && passing.chip.bib == "978")
    #expect(passing.check.text == "Z1y39" && passing.antenna == 3 && passing.reads == 4)
    #expect(passing.text == text)
  }

  @Test(arguments: [
    (";7", "", "7", "7"), (";RUNNER12", "", "RUNNER12", "RUNNER12"), ("EV2026;007", "EV2026", "007", "7"),
    ("ABCDEFGHIJKLMNOP;00000", "ABCDEFGHIJKLMNOP", "00000", "0"),
    (
      "x;0123456789ABCDEFabcdef9876543210", "x", "0123456789ABCDEFabcdef9876543210",
      "0123456789ABCDEFabcdef9876543210"
    ),
    ("MC;00000000000000000000000000000012", "MC", "00000000000000000000000000000012", "12"),
  ])
  func chipsOfFreeReaders(_ fields: String, _ code: String, _ chip: String, _ bib: String) throws {
    for tail in ["937f6", ";;;;;937f6", "E28011;;;;;937f6"] {
      let text = "1;\(fields);2019-12-12;09:02:07.295;3;4;\(tail)"
      let passing = try Passing(parsing: Array(text.utf8))
      #expect(passing.timerCode.text == code && passing.chip.text == chip && passing.chip.bib == bib)
      #expect(passing.chipText == code + chip && passing.text == text)
    }
  }

  @Test(arguments: [
    ("ABCDEFGHIJKLMNOPQ;7", MalformedReason.prefix), ("M-C;7", .prefix), ("MC;", .chip),
    ("MC;0123456789ABCDEFabcdef98765432100", .chip), ("MC;12 3", .chip),
  ])
  func otherCodesAndChipsAreWrong(_ fields: String, _ reason: MalformedReason) {
    let text = "1;\(fields);2019-12-12;09:02:07.295;3;4;937f6"
    #expect(throws: reason) { try Passing(parsing: Array(text.utf8)) }
  }

  @Test(arguments: 9...20) func anotherNumberOfFieldsIsAnUnknownForm(_ count: Int) throws {
    let front = "1;MC;02976;2019-12-12;09:02:07.295;3;4"
    let line = front + String(repeating: ";", count: count - 7) + "937f6"
    guard count != 13 else {
      return #expect(try Passing(parsing: Array(line.utf8)).epcFields?.reserved == ["", "", "", ""])
    }
    #expect(throws: MalformedReason.fieldCount) { try Passing(parsing: Array(line.utf8)) }
    var framer = Framer()
    #expect(
      framer.frames(of: Array((line + "\r\n").utf8))
        == [.malformed(MalformedFrame(reason: .fieldCount, raw: Array(line.utf8)))])
    #expect(framer.counters.malformed == 1 && framer.counters.unknownForm == 1)
  }

  @Test func anEPCOfAnyLengthIsKept() throws {
    for length in [0, 1, 24, 36, 37, 40, 41, 64, 1000, 4000] {
      let epc = String(repeating: "3", count: length)
      let text = "1;MC;02976;2019-12-12;09:02:07.295;3;4;\(epc);;;;;937f6"
      let passing = try Passing(parsing: Array(text.utf8))
      #expect(passing.epcFields?.epc == epc && passing.text == text)
      var framer = Framer()
      #expect(framer.frames(of: Array((text + "\r\n").utf8)) == [.passing(passing)])
    }
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

  @Test func aLostByteIsSeenOrMakesAnotherForm() throws {
    let good = Array(RealLine.passing.utf8)
    let reads = good.count - 7
    for index in good.indices where index != reads {
      var bytes = good
      bytes.remove(at: index)
      // Timer code and chip may have any length: a reader with usual chips is held to them (`PassingForm`).
      if let passing = try? Passing(parsing: bytes) {
        #expect(2...9 ~= index && !(passing.timerCode.isUsual && passing.chip.isUsual), "byte \(index)")
      }
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
    #expect(TimerCode("A-") == nil && TimerCode("ABCDEFGHIJKLMNOPQ") == nil && TimerCode("") == .empty)
    #expect(
      ChipCode("") == nil && ChipCode("7 ") == nil && ChipCode(String(repeating: "7", count: 33)) == nil)
    #expect(EPCFields(epc: "E2 80") == nil && EPCFields(epc: "E2", reserved: ["", ""]) == nil)
    #expect(EPCFields(epc: "E2", reserved: ["", ";", "", ""]) == nil)
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
    if Bool.random(using: &random) {
      let all = letters + hex
      func text(_ lengths: ClosedRange<Int>) -> String {
        (0..<Int.random(in: lengths, using: &random)).map { _ in
          all[Int.random(in: 0..<all.count, using: &random)]
        }
        .joined()
      }
      let isLong = Bool.random(using: &random)
      let epc = Bool.random(using: &random) ? "30303030304D433030393738" : text(0...60)
      let reserved = (0..<4).map { _ in Int.random(in: 0..<8, using: &random) == 0 ? text(0...9) : "" }
      let isUsual = Bool.random(using: &random)
      guard let code = TimerCode(isUsual ? a + b : text(0...16)),
        let chip = ChipCode(
          isUsual ? String(Int.random(in: 10_000...99_999, using: &random)) : text(1...32))
      else { return nil }
      return Passing(
        number: UInt32.random(in: 1...(.max >> UInt32(32 - bits)), using: &random), timerCode: code,
        chip: chip,
        at: time, antenna: UInt8.random(in: 1...8, using: &random),
        reads: UInt32.random(in: 0...(.max >> UInt32(32 - bits)), using: &random),
        epcFields: isLong ? EPCFields(epc: epc, reserved: reserved) : nil, check: check)
    }
    return Passing(
      number: UInt32.random(in: 1...(.max >> UInt32(32 - bits)), using: &random), prefix: prefix,
      chip: UInt32.random(in: 0...99_999, using: &random), at: time,
      antenna: UInt8.random(in: 1...8, using: &random),
      reads: UInt32.random(in: 0...(.max >> UInt32(32 - bits)), using: &random), check: check)
  }
}
