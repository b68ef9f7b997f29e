/// Changes that turn frames into other frames, or nearly: for a fuzzer, whose random bytes hardly ever make a date.
public enum Nearly {
  /// `bytes` changed in one way; `below(n)` gives a random number from 0 to n - 1.
  public static func changed(_ bytes: [UInt8], by below: (Int) -> Int) -> [UInt8] {
    switch below(32) {
    case 0: withLongLine(bytes, below)
    case 1...8: inserting(passing(below) + lineEnd(below), into: bytes, below)
    case 9...16: inserting(replies[below(replies.count)] + lineEnd(below), into: bytes, below)
    case 17...24: withAnotherDigit(bytes, below)
    case _: withLinesMoved(bytes, below)
    }
  }

  /// Lines that a reader of today or before may send; parsers that are added add theirs.
  private static let replies: [[UInt8]] = [
    "PING;PONG", "HELLO One4All 5", "GETPROTOCOL;3.0;1.0;3.0", "SETTIME;2017-12-23;15:30:55",
    "STOP;STOPMODE",
    "READBATTERY;VOLTS;25.5;PERCENT;90;HASPOWER;false", "START;20171223-153055.csv",
    "PASSINGS;190;MC00001;LY00213", "PASSINGS;3;7;RUNNER;12345;EV2026A1",
    "GETFILEINFO;2017-12-23;15:30:55;2017-12-23;16:30:55;190",
    "LISTFILES;20171223-153055.csv;20171224-153055.csv;",
    "GETSTATUS;3;192.168.1.13;O4A5-00051;One4All 5;1234678;Macsha;MC;46.2;True;20191117-131717.csv;0;True;100;"
      + "26.5;True;False;False;True;America/Mexico_City;False;never;960122610340BFDD;Motorola;OK;fcc;5;3;False;"
      + "1.1.3.0;False;False;False;False;False;False;3;3.0;15336649CD289D56E1B2;False;;0;False",
    "CONECTADO_4|MC00001D20150414T120755416T120758010A1R034TV|VOIDTAGD20240229T235959999T000000001A8R999|"
      + "VOIDTAGD00000000T000000000T000000000A0R000|",
    "VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;0;000",
    "ID2-20200315-062123- 123-e: 512_1", "DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;006",
    "20200315-163625-695",
    "passing;bib;date_time;latitude;longitude;status;chip;participant_id;timezone",
    "3;02;2020-03-11 12:25:01.649;16.7578038;-93.116542;Sent;;;GMT-06:00",
    "4;01;2020-03-11 12:25:01;;;Pending;MC00001;7;America/Mexico_City",
  ].map { Array($0.utf8) }

  private static func passing(_ below: (Int) -> Int) -> [UInt8] {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    // Now and then one more than what is allowed.
    let number = below(2) == 0 ? below(300) : below(1 << 33)
    let date = "\(padded(below(10_001), 4))-\(padded(below(14), 2))-\(padded(below(33), 2))"
    let time =
      "\(padded(below(25), 2)):\(padded(below(61), 2)):\(padded(below(61), 2)).\(padded(below(1000), 3))"
    let reads = below(2) == 0 ? below(40) : below(1 << 33)
    let code = ["MC", "MC", "", "EV2026", "ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOPQ"][below(6)]
    let chips = [
      padded(below(100_001), 5), padded(below(100_001), 5), "7", "RUNNER", String(repeating: "A1", count: 16),
    ]
    let tails = ["", "", "3030304D433030393738;;;;;", ";;;;;", "E2;a b;;c;;", "E2;", ";;;;", ";;;;;;"]
    let text =
      "\(number);\(code);\(chips[below(5)]);\(date);\(time);\(below(10));\(reads);\(tails[below(8)])937f6"
    return Array(text.utf8)
  }

  private static func lineEnd(_ below: (Int) -> Int) -> [UInt8] {
    [[0x0D, 0x0A], [0x0D, 0x0A], [0x0A], [0x0D], [], [0x0D, 0x0D, 0x0A], [0]][below(7)]
  }

  private static func inserting(_ part: [UInt8], into bytes: [UInt8], _ below: (Int) -> Int)
    -> [UInt8]
  {
    let ends = bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
    let place = ends.isEmpty || below(4) == 0 ? below(bytes.count + 1) : ends[below(ends.count)]
    return bytes[..<place] + part + bytes[place...]
  }

  private static func withAnotherDigit(_ bytes: [UInt8], _ below: (Int) -> Int) -> [UInt8] {
    let digits = bytes.indices.filter { 0x30...0x39 ~= bytes[$0] }
    guard !digits.isEmpty else { return bytes + [0x31] }
    var changed = bytes
    changed[digits[below(digits.count)]] = 0x30 + UInt8(below(10))
    return changed
  }

  /// One line made about as long as a line may be.
  private static func withLongLine(_ bytes: [UInt8], _ below: (Int) -> Int) -> [UInt8] {
    let place = below(bytes.count + 1)
    let begin = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let end = bytes[place...].firstIndex(of: 0x0A) ?? bytes.count
    let missing = max(0, 4090 + below(14) - (end - begin))
    let filler: UInt8 = [0x41, 0x3B, 0x20, 0x00, 0x31][below(5)]
    return bytes[..<place] + [UInt8](repeating: filler, count: missing) + bytes[place...]
  }

  private static func withLinesMoved(_ bytes: [UInt8], _ below: (Int) -> Int) -> [UInt8] {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let line = lines.remove(at: below(lines.count))
    if below(2) == 0 { lines.insert(line, at: below(lines.count + 1)) }
    if below(2) == 0 { lines.insert(line, at: below(lines.count + 1)) }
    return Array(lines.joined(separator: [0x0A]))
  }
}
