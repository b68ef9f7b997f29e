import One4AllProtocol

/// A reader that answers what it is asked, with any number and any date in its answers.
struct HostileReader {
  private var serialNumber = "O4A5-00051"
  private var file = "20191117-131717.csv"
  private var count: UInt32 = 0
  private var isReading = true
  private var clock: Int64 = 1_700_000_000_000
  private var zone = "America/Mexico_City"

  /// What it says to a command, nearly as a good reader would.
  mutating func answer(to command: String, _ source: inout ByteSource) -> String {
    let words = command.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    if source.chance(of: 12) {
      return "\(words[0]);\(source.pick(["ERR", "STARTMODE", "STOPMODE", "FILENOTFOUND"]))\r\n"
    }
    switch words[0] {
    case "PING": return "PING;PONG\r\n"
    case "GETSTATUS": return status(&source) + "\r\n"
    case "GETTIME":
      clock = source.chance(of: 3) ? source.integer() : clock &+ Int64(source.byte()) * 1000
      return "GETTIME;\(shown.date);\(shown.time.prefix(8))\r\n"
    case "PASSINGS": return "PASSINGS;\(number(&source));MC00001\r\n"
    case "LISTFILES":
      let names = (0..<source.below(5)).map { _ in fileName(&source) }
      return "LISTFILES;" + names.map { $0 + ";" }.joined() + "\r\n"
    case "GETFILEINFO":
      return "GETFILEINFO;0001-01-01;00:00:00;9999-12-31;23:59:59;\(number(&source))\r\n"
    case "GETPASSINGS", "GETFILE":
      let bounds = words.suffix(2).compactMap { UInt32($0) }
      return list(from: bounds.first ?? 1, to: bounds.last ?? 1, &source)
    case "START":
      isReading = true
      return "START;\(fileName(&source))\r\n"
    default: return command + "\r\n"
    }
  }

  /// Passings as they happen.
  mutating func pushed(_ source: inout ByteSource) -> String {
    var text = ""
    for _ in 0...source.below(6) {
      if source.chance(of: 5) {
        count = UInt32(truncatingIfNeeded: source.integer())
      } else {
        count &+= 1
      }
      text += passing(count, &source) + "\r\n"
    }
    return text
  }

  private mutating func list(from first: UInt32, to last: UInt32, _ source: inout ByteSource) -> String {
    var text = ""
    var number = first
    for _ in 0..<source.below(24) where number <= last {
      text +=
        passing(source.chance(of: 20) ? UInt32(truncatingIfNeeded: source.integer()) : number, &source)
        + "\r\n"
      guard number < .max else { break }
      number += 1
    }
    return source.chance(of: 6) ? text : text + "\r\n"
  }

  private mutating func passing(_ number: UInt32, _ source: inout ByteSource) -> String {
    clock = source.chance(of: 12) ? source.integer() : clock &+ Int64(source.byte()) * 50
    let reads = source.chance(of: 8) ? UInt32.max : 4
    return "\(number);MC;00017;\(shown.date);\(shown.time);3;\(reads);937f6"
  }

  private mutating func number(_ source: inout ByteSource) -> String {
    source.chance(of: 3) ? "\(source.integer())" : "\(count)"
  }

  private mutating func fileName(_ source: inout ByteSource) -> String {
    if source.chance(of: 2) {
      file = source.pick([
        "20191117-131717.csv", "00010101-000000.csv", "99991231-235959.csv", "20200101-000000.csv",
      ])
      count = 0
    }
    return file
  }

  private mutating func status(_ source: inout ByteSource) -> String {
    if source.chance(of: 12) { serialNumber = source.pick(["O4A5-00051", "O4A5-00052", "O4A5-00053"]) }
    if source.chance(of: 8) { isReading.toggle() }
    if source.chance(of: 12) {
      zone = source.pick(["America/Mexico_City", "UTC", "Doubled", "No/Where", ""])
    }
    let battery = source.chance(of: 8) ? "\(source.integer())" : "100"
    let fields: [String] = [
      "GETSTATUS", "3", "192.168.1.13", serialNumber, "One4All 5", "1234678", "Macsha", "MC", battery,
      isReading ? "True" : "False", fileName(&source), number(&source), "True", battery, battery, "True",
      "False",
      "False", "True", zone, "False", "never", "960122610340BFDD", "Motorola", "OK", "fcc", "5", "3", "False",
      "1.1.3.0",
    ]
    return fields.joined(separator: ";")
  }

  /// What its clock shows; at the end of the calendar it stands still.
  private var shown: (date: String, time: String) {
    guard let time = LocalDateTime(millisecondsSince1970: clock) else {
      return ("9999-12-31", "23:59:59.999")
    }
    return (time.dateText, time.preciseTimeText)
  }
}
