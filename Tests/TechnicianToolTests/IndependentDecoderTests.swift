import TestSupport
import Testing

@Suite("Recordings decode as an independent decoder decodes them", .timeLimit(.minutes(20)))
struct IndependentDecoderTests {
  @Test("frame for frame, the malformed lines as well", arguments: NaiveDecoder.Form.allCases, 1...4)
  func frameForFrame(form: NaiveDecoder.Form, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var expected: [String] = []
    var malformed: [String] = []
    var content = ""
    var lineNumber = 1
    let folder = TemporaryFolder()
    for number in 1...1500 {
      var line = Self.line(form, number, using: &random)
      // The first one is good, so that the form is known from the start.
      if number > 1, Int.random(in: 0..<4, using: &random) == 0 { line = Self.damaged(line, using: &random) }
      content += line
      if form == .frames { content += "|" }
      if let row = NaiveDecoder.decode(line, form) {
        if !row.isEmpty { expected.append(row) }
      } else {
        malformed.append("\(lineNumber)")
      }
      // Live frames may share a line.
      if form != .frames || Bool.random(using: &random) {
        content += Bool.random(using: &random) ? "\r\n" : "\n"
        lineNumber += 1
      }
    }
    let path = folder.write("recording", content)
    let outcome = try Tool.run("decode", "--format", "csv", "--time-zone", "UTC", path)
    let rows = outcome.output.split(separator: "\n").dropFirst().map(String.init)
    #expect(rows.count == expected.count)
    for (row, expectation) in zip(rows, expected) { #expect(row == expectation) }
    let complained = outcome.complaint.split(separator: "\n").filter { $0.hasPrefix("\(path):") }.map {
      String($0.dropFirst(path.count + 1).prefix { $0 != ":" })
    }
    // The first line of the summary is the file's name as well.
    #expect(complained.dropLast() == malformed[...])
    #expect(outcome.code == (malformed.isEmpty ? 0 : 65))
    #expect(malformed.count > 100 && expected.count > 1000)
  }

  private static func line(_ form: NaiveDecoder.Form, _ number: Int, using random: inout SeededGenerator)
    -> String
  {
    let padded = { (value: Int, width: Int) in
      String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)"
    }
    func any(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let (year, month, day) = (padded(any(1990...2035), 4), padded(any(1...12), 2), padded(any(1...28), 2))
    let clock = (0..<2).map { _ in
      [padded(any(0...23), 2), padded(any(0...59), 2), padded(any(0...59), 2), padded(any(0...999), 3)]
    }
    let times = clock.map { "\($0[0]):\($0[1]):\($0[2]).\($0[3])" }
    let chip = any(1...30) == 1 ? "VOIDTAG" : "MC" + padded(any(0...99_999), 5)
    let antenna = chip == "VOIDTAG" ? "\(any(0...2))" : "\(any(1...8))"
    let isTimeless = chip == "VOIDTAG" && any(1...2) == 1
    switch form {
    case .one4All5:
      let check = String(any(0x10000...0xFFFFF), radix: 16)
      let code = ["LY", "LY", "", "EV2026"][any(0...3)]
      let chip = [padded(any(0...99_999), 5), "R\(any(0...999))", "\(any(0...9))"][any(0...2)]
      let more = ["", "", "30303030304D433030393738;;;;;", ";;a b;;;"][any(0...3)]
      return
        "\(number);\(code);\(chip);\(year)-\(month)-\(day);\(times[0]);\(antenna);\(any(0...3000));\(more)\(check)"
    case .older:
      if isTimeless { return "VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;\(antenna);000" }
      return "\(chip);\(year)/\(month)/\(day);\(times[0]);\(times[1]);\(antenna);\(padded(any(0...1200), 3))"
    case .frames:
      let keepAlive = any(1...10) == 1 ? "CONECTADO_4" : ""
      if isTimeless { return "\(keepAlive)VOIDTAGD00000000T000000000T000000000A\(antenna)R000" }
      return "\(keepAlive)\(chip)D\(year)\(month)\(day)T\(clock[0].joined())T\(clock[1].joined())A\(antenna)R"
        + "\(padded(any(0...999), 3))\(["", "TV", "T"][any(0...2)])"
    case .export:
      let zone = ["GMT-06:00", "GMT", "", "UTC+5", "-03:30", "Mars/Olympus"][any(0...5)]
      return
        "\(2000 - number);\(padded(any(0...300), 2));\(year)-\(month)-\(day) \(times[0]);16.75;-93.11;Sent;"
        + "\(any(1...2) == 1 ? "" : chip);;\(zone)"
    }
  }

  private static func damaged(_ line: String, using random: inout SeededGenerator) -> String {
    var characters = Array(line)
    let place = Int.random(in: 0..<characters.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: characters[place] = Array("0123456789;:.-/ABx").randomElement(using: &random) ?? "x"
    case 1: characters.remove(at: place)
    case 2: characters.insert(characters[place], at: place)
    case _: characters.removeLast(characters.count - max(1, place))
    }
    return String(characters)
  }
}
