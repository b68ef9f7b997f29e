import One4AllProtocol
import TestSupport
import Testing

/// The fast way reads passings of the usual shape many characters at once; the general one takes any passing,
/// field by field. Whatever comes, both must say the same.
@Suite struct UsualShapeTests {
  private static let frames = [
    RealLine.passing, "27;MC;02620;2019-12-12;09:02:29.255;6;12;7611c",
    "4294967295;ly;99999;2024-02-29;23:59:59.999;8;4294967295;Z1y39",
    "1234567;DM;00000;2000-01-01;00:00:00.000;1;0;O90ut",
    "12345678;DM;00001;1900-02-28;12:00:00.000;2;1234567;00000",
    "987654321;DM;00001;0001-12-31;10:10:10.010;7;12345678;~!:<|",
    "978;MC;00978;2026-05-17;09:02:07.295;3;4;30303030304D433030393738;;;;;a5e07",
    "9;MC;00978;2026-05-17;09:02:07.295;3;14;;;;;;a5e07",
    "9;;RUNNER7;2026-05-17;09:02:07.295;3;14;E28011;;x;;;a5e07",
  ].map { Array($0.utf8) }

  @Test func everyChangeOfAByteIsJudgedAlike() {
    for frame in Self.frames {
      for index in frame.indices {
        for byte in UInt8.min...UInt8.max {
          var changed = frame
          changed[index] = byte
          Self.expectSame(changed)
        }
      }
    }
  }

  @Test func everyCutAndEveryExtraByteIsJudgedAlike() {
    for frame in Self.frames {
      for index in 0...frame.count {
        Self.expectSame(Array(frame[..<index]))
        Self.expectSame(Array(frame[index...]))
        for byte in Array("0;-:.aZ \r\n\0".utf8) + [0x80, 0xFF] {
          var longer = frame
          longer.insert(byte, at: index)
          Self.expectSame(longer)
        }
        if index < frame.count {
          var shorter = frame
          shorter.remove(at: index)
          Self.expectSame(shorter)
        }
      }
    }
  }

  @Test func randomlyDamagedPassingsAreJudgedAlike() throws {
    var random = SeededGenerator(seed: 7)
    let alphabet = Array("0123456789;-:.MCHELO af\r\n\0".utf8)
    for _ in 0..<15_000 {
      var frame: [UInt8] = []
      try #require(PassingTests.passing(using: &random)).encode(into: &frame)
      Self.expectSame(frame)
      for _ in 0..<Int.random(in: 1...3, using: &random) where !frame.isEmpty {
        let index = Int.random(in: 0..<frame.count, using: &random)
        let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        switch Int.random(in: 0..<6, using: &random) {
        case 0: frame.insert(byte, at: index)
        case 1: frame.remove(at: index)
        case 2: frame[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3: frame.swapAt(index, Int.random(in: 0..<frame.count, using: &random))
        case _: frame[index] = byte
        }
        Self.expectSame(frame)
      }
    }
  }

  @Test func everyDayOfManyYearsIsCountedAndNoOtherIsTaken() throws {
    let years = [
      1, 4, 100, 400, 1582, 1899, 1900, 1970, 1999, 2000, 2001, 2019, 2020, 2024, 2100, 2400, 9999,
    ]
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var framer = Framer()
    for year in years {
      let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
      var day = Self.daysBefore(year)
      for month in 0...13 {
        let length = 1...12 ~= month ? lengths[month - 1] + (isLeap && month == 2 ? 1 : 0) : 0
        for number in 0...32 {
          let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(number, 2))"
          let frame = Array("1;MC;02976;\(date);00:00:00.007;3;4;937f6".utf8)
          let parsed = Self.result { () throws(MalformedReason) in try Passing(parsing: frame) }
          if 1...max(1, length) ~= number, length > 0 {
            let milliseconds = Int64(day) * 86_400_000 + 7
            guard case .success(let passing) = parsed, passing.localMilliseconds == milliseconds,
              framer.frames(of: frame + [0x0A]) == [.passing(passing)]
            else {
              Issue.record("\(date): \(parsed)")
              continue
            }
            day += 1
          } else if parsed != .failure(.date) || framer.frames(of: frame + [0x0A]).contains(where: \.isValid)
          {
            Issue.record("\(date): \(parsed)")
          }
        }
      }
      #expect(day == Self.daysBefore(year + 1))
    }
  }

  @Test func numbersAndReadsOfAllLengths() throws {
    let lengths = [
      "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890",
    ]
    for number in lengths + ["4294967295"] {
      for reads in lengths + ["0", "4294967295"] {
        let frame = Array("\(number);MC;02976;2019-12-12;09:02:07.295;3;\(reads);937f6".utf8)
        let passing = try Passing(parsing: frame)
        #expect(passing.number == UInt32(number) && passing.reads == UInt32(reads))
        Self.expectSame(frame)
        for lineEnd in [[0x0A], [0x0D, 0x0A]] as [[UInt8]] {
          var framer = Framer()
          #expect(
            framer.frames(of: frame + lineEnd + frame + lineEnd) == [.passing(passing), .passing(passing)])
        }
      }
    }
    for number in ["", "0", "01", "0000001", "4294967296", "9999999999", "12345678901"] {
      let frame = Array("\(number);MC;02976;2019-12-12;09:02:07.295;3;4;937f6".utf8)
      #expect(throws: MalformedReason.number) { try Passing(parsing: frame) }
    }
    for reads in ["", "00", "01", "4294967296", "12345678901"] {
      let frame = Array("1;MC;02976;2019-12-12;09:02:07.295;3;\(reads);937f6".utf8)
      #expect(throws: MalformedReason.reads) { try Passing(parsing: frame) }
    }
  }

  @Test func aGreetingInPlaceOfTheCheckIsNoPassing() {
    let frame = Array("1;MC;02976;2019-12-12;09:02:07.295;3;4;HELLO".utf8)
    #expect(throws: MalformedReason.check) { try Passing(parsing: frame) }
    var framer = Framer()
    #expect(
      !framer.frames(of: frame + [0x0D, 0x0A]).contains { if case .passing = $0 { true } else { false } })
  }

  @Test func passingsAreTheSameInChunksOfEverySize() throws {
    var random = SeededGenerator(seed: 12)
    let passings = try (0..<200).map { _ in try #require(PassingTests.passing(using: &random)) }
    var bytes: [UInt8] = []
    for passing in passings {
      passing.encode(into: &bytes)
      bytes += Bool.random(using: &random) ? [0x0D, 0x0A] : [0x0A]
    }
    for size in Array(1...140) + [1000, 4096, bytes.count] {
      var framer = Framer()
      var frames: [Frame] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        frames += framer.frames(of: Array(bytes[start..<min(bytes.count, start + size)]))
      }
      #expect(frames == passings.map { .passing($0) }, "chunks of \(size)")
      #expect(framer.pendingCount == 0)
    }
  }

  @Test func whatStoodInAnEarlierFrameIsNeverTakenForTheNext() throws {
    // The second frame is cut where the first one, of the same length, would make it whole.
    let line = Array((RealLine.passing + "\r\n").utf8)
    for cut in 1..<line.count {
      var framer = Framer()
      #expect(framer.frames(of: Array(line[..<20])).isEmpty)
      #expect(framer.frames(of: Array(line[20...])).count == 1)
      #expect(framer.frames(of: Array(line[..<cut])).isEmpty, "cut behind \(cut)")
      #expect(framer.pendingCount == cut)
    }
  }

  /// Both ways give the same passing or the same reason, and the framer gives the same passing.
  private static func expectSame(_ frame: [UInt8]) {
    let fast = result { () throws(MalformedReason) in try Passing(parsing: frame) }
    let general = result { () throws(MalformedReason) in try Passing(fieldByField: frame.span) }
    if fast != general { Issue.record("\(String(decoding: frame, as: UTF8.self)): \(fast), not \(general)") }
    guard !frame.contains(0x0A), frame.last != 0x0D else { return }
    var framer = Framer()
    let frames = framer.frames(of: frame + [0x0D, 0x0A])
    switch general {
    case .success(let passing):
      if frames != [.passing(passing)] { Issue.record("\(passing.text): the framer gives \(frames)") }
    case .failure:
      if frames.count == 1, case .passing(let passing) = frames[0], Array(passing.text.utf8) == frame {
        Issue.record("\(passing.text): the framer takes it")
      }
    }
  }

  private static func result(
    _ parse: () throws(MalformedReason) -> Passing
  ) -> Result<Passing, MalformedReason> {
    do throws(MalformedReason) { return .success(try parse()) } catch { return .failure(error) }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: width - digits.count) + digits
  }

  /// Days from 1970-01-01 to the first of January, year by year.
  private static func daysBefore(_ year: Int) -> Int {
    let length = { (year: Int) in year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 366 : 365 }
    if year >= 1970 { return (1970..<year).reduce(0) { $0 + length($1) } }
    return -(year..<1970).reduce(0) { $0 + length($1) }
  }
}
