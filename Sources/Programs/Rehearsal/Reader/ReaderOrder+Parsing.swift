/// An order that makes no sense; the text says why.
public struct ReaderOrderError: Error, Equatable, CustomStringConvertible {
  /// One line for a person.
  public let description: String

  init(_ description: String) { self.description = description }
}

extension ReaderOrder {
  /// The orders and what they do, in the order of the help.
  public static let commands: [(syntax: String, meaning: String)] = [
    ("start | stop | newfile", "as if the host had sent START, STOP, NEWFILE"),
    ("rate R", "R passings a second while started; 0: none, or a replay's own pace"),
    (
      "pass CHIP [ANTENNA]",
      "one passing by hand, e.g. pass 123 4, pass LY00123 4, pass EV2026;R7 4"
    ),
    ("form N", "passings of 8 or 13 fields; up to 20: a firmware that nobody knows"),
    ("free-chips on|off", "foreign chips too: codes and chips of all lengths"),
    ("identity", "who the reader is, as JSON"),
    ("count", "what it has recorded, sent, lost and been asked, as JSON"),
    ("truth [FILE]", "all that it has recorded, as JSON; or the frames of one file"),
    ("unplug | plug", "pull the cable and put it back"),
    ("reboot [SECONDS]", "dead for so long (5), then push off, stop mode, HELLO; files stay"),
    ("mute | unmute", "nothing leaves, though commands are obeyed"),
    ("foreign on|off", "speak NMEA instead of the protocol"),
    ("noise P | cut P | lose P", "probability, 0 to 1: noise before a frame, frames cut, pushes lost"),
    (
      "digit P | garble P | join P",
      "probability for pushes: a digit before, bytes replaced, two run together"
    ),
    ("flip P", "probability, 0 to 1, for each byte that it says, that one bit of it is another"),
    ("mishear P", "the same for each byte that it hears: it is told other commands than were sent"),
    ("list-rate R", "lists leave with R frames a second, pushes in between; 0: at once"),
    ("cut-next N | lose-next N", "cut the next N frames, lose the next N pushed passings"),
    ("refuse NAME ANSWER", "answer the next command NAME with NAME;ANSWER, e.g. refuse START ERRSTART"),
    ("status-without-crlf on|off", "GETSTATUS without its line end"),
    ("status-field N TEXT|off", "GETSTATUS field N, 1 to 127, says TEXT whatever is true; no TEXT: empty"),
    ("status-length N|off", "GETSTATUS has N fields, 1 to 10000, its name counted: another firmware"),
    ("latin-1 on|off", "letters beyond ASCII leave in Latin-1; else in UTF-8"),
    ("odd-files N|off", "LISTFILES has N files more whose names no reader gives, as RACE1.csv"),
    ("more-files N|off", "LISTFILES has N older files more: long lists"),
    ("test-reads P", "probability, 0 to 1, of a row VOIDTAG;0000/00/00;… behind a passing in a list"),
    ("hello on|off", "whether HELLO is sent on connect"),
    ("booleans as-seen|lower|capital", "how true and false are spelt"),
    ("firmware V | serial-number S | model M", "another identity"),
    ("time-zone ZONE", "another zone for the wall clock"),
    ("clock-offset SECONDS", "set the clock wrong by so much"),
    ("clock-at TIME", "set the clock to what it should show at TIME, e.g. 2026-10-25T00:59:00Z"),
    ("clock-fall", "its clock begins again at 2000-01-01 00:00:00; clock-offset 0 sets it right"),
    ("clock-drift PPM", "let the clock run away, in millionths"),
    ("memory-lag SECONDS", "lists and GETFILEINFO are so far behind what is pushed and counted"),
    ("time-told SECONDS", "GETTIME says so much beside the clock that stamps passings; 0: what it shows"),
    ("battery PERCENT | mains on|off", "power"),
    ("drain PERCENT", "what the battery loses in an hour without mains"),
    ("antennas DIGITS|none", "connected antennas, e.g. 1234"),
    ("ok", "all faults off; identity, clock, power and files stay"),
  ]

  /// Reads an order; words are separated by spaces.
  public init(_ command: String) throws(ReaderOrderError) {
    var words = ReaderWords(command)
    let name = try words.next("an order; help lists them")
    var order = try ReaderOrder.fault(name, &words)
    if order == nil { order = try ReaderOrder.state(name, &words) }
    guard let order else { throw ReaderOrderError("no order '\(name)'; help lists them") }
    try words.end()
    self = order
  }

  private static func fault(
    _ name: String, _ words: inout ReaderWords
  ) throws(ReaderOrderError) -> ReaderOrder? {
    switch name {
    case "ok": .ok
    case "mute": .mute(true)
    case "unmute": .mute(false)
    case "unplug": .plug(false)
    case "plug": .plug(true)
    case "reboot":
      .reboot(
        milliseconds: words.isEmpty
          ? 5000 : Int64(try words.number("seconds from 0 to 3600", in: 0...3600) * 1000))
    case "foreign": .foreign(try words.isOn())
    case "status-without-crlf": .statusWithoutLineEnd(try words.isOn())
    case "status-field": try statusField(&words)
    case "status-length": .statusLength(words.accept("off") ? nil : try words.whole("fields", in: 1...10_000))
    case "latin-1": .latin1(try words.isOn())
    case "odd-files": .oddFiles(words.accept("off") ? 0 : try words.whole("files", in: 1...20_000))
    case "more-files": .moreFiles(words.accept("off") ? 0 : try words.whole("files", in: 1...86_400))
    case "memory-lag": .memoryLag(milliseconds: try seconds(&words))
    case "time-told": .timeTold(milliseconds: try seconds(&words))
    case "test-reads": .testReads(try words.number("a probability from 0 to 1", in: 0...1))
    case "noise": .noise(try words.number("a probability from 0 to 1", in: 0...1))
    case "cut": .cut(try words.number("a probability from 0 to 1", in: 0...1))
    case "lose": .lose(try words.number("a probability from 0 to 1", in: 0...1))
    case "digit": .digit(try words.number("a probability from 0 to 1", in: 0...1))
    case "garble": .garble(try words.number("a probability from 0 to 1", in: 0...1))
    case "join": .join(try words.number("a probability from 0 to 1", in: 0...1))
    case "flip": .flip(try words.number("a probability from 0 to 1", in: 0...1))
    case "mishear": .mishear(try words.number("a probability from 0 to 1", in: 0...1))
    case "list-rate": .listRate(try words.number("frames a second, 0 to 100000", in: 0...100_000))
    case "cut-next": .cutNext(try words.count())
    case "lose-next": .loseNext(try words.count())
    case "refuse": try refusal(&words)
    default: nil
    }
  }

  private static func state(
    _ name: String, _ words: inout ReaderWords
  ) throws(ReaderOrderError) -> ReaderOrder? {
    switch name {
    case "start": .start
    case "stop": .stop
    case "newfile": .newFile
    case "identity": .identity
    case "count": .count
    case "truth": .truth(file: words.isEmpty ? nil : try words.next("a file"))
    case "firmware": .firmware(try words.text("a version"))
    case "serial-number": .serialNumber(try words.text("a serial number"))
    case "model": .model(try words.text("a model"))
    case "time-zone": .timeZone(try words.text("a zone"))
    case "hello": .hello(try words.isOn())
    case "booleans": try spelling(&words)
    case "rate": .rate(try words.number("passings a second, 0 to 100000", in: 0...100_000))
    case "form": .form(try words.whole("fields", in: ReaderForm.fieldCounts))
    case "free-chips": .freeChips(try words.isOn())
    case "pass": try passing(&words)
    case "battery": .battery(try words.number("percent from 0 to 100", in: 0...100))
    case "drain": .drain(try words.number("percent an hour from 0 to 100000", in: 0...100_000))
    case "mains": .mains(try words.isOn())
    case "antennas": try antennas(&words)
    case "clock-offset": .clockOffset(milliseconds: try seconds(&words))
    case "clock-at": .clockAt(milliseconds: try moment(&words))
    case "clock-fall": .clockFall
    case "clock-drift": .clockDrift(try words.number("millionths, at most 1e6", in: -1e6...1e6))
    default: nil
    }
  }

  private static func seconds(_ words: inout ReaderWords) throws(ReaderOrderError) -> Int64 {
    Int64((try words.number("seconds, at most 1e9", in: -1e9...1e9) * 1000).rounded())
  }

  private static func moment(_ words: inout ReaderWords) throws(ReaderOrderError) -> Int64 {
    let text = try words.next("a time as 2026-10-25T00:59:00Z")
    let precise = text.utf8.count == 20 ? text.dropLast() + ".000Z" : text
    guard let moment = CloudTime.parse(precise) else {
      throw ReaderOrderError("'\(text)' is not a time as 2026-10-25T00:59:00Z")
    }
    return moment
  }

  private static func statusField(_ words: inout ReaderWords) throws(ReaderOrderError) -> ReaderOrder {
    let place = try words.whole("a field", in: 1...127)
    if words.accept("off") { return .statusField(place, text: nil) }
    return .statusField(place, text: words.isEmpty ? "" : try words.anyText("a text"))
  }

  private static func refusal(_ words: inout ReaderWords) throws(ReaderOrderError) -> ReaderOrder {
    let name = try words.next("a command of the protocol")
    guard ReaderRequest.names.contains(name) else {
      throw ReaderOrderError("'\(name)' is no command of the protocol")
    }
    return .refuse(name: name, answer: try words.text("an answer, as ERR"))
  }

  private static func spelling(_ words: inout ReaderWords) throws(ReaderOrderError) -> ReaderOrder {
    let word = try words.next("as-seen, lower or capital")
    guard let spelling = BooleanSpelling(rawValue: word) else {
      throw ReaderOrderError("'\(word)' is none of as-seen, lower, capital")
    }
    return .booleans(spelling)
  }

  private static func passing(_ words: inout ReaderWords) throws(ReaderOrderError) -> ReaderOrder {
    let word = try words.next("a chip")
    if let separator = word.firstIndex(of: ";") {
      let chip = word[separator...].dropFirst()
      let code = word[..<separator]
      guard isFree(code, 0...16), isFree(chip, 1...32) else {
        throw ReaderOrderError("'\(word)' is no code and chip, as EV2026;R7 or ;R7")
      }
      return .pass(prefix: String(code), chip: String(chip), antenna: try antenna(&words))
    }
    let letters = word.prefix { $0.isASCII && $0.isLetter }
    let digits = word.dropFirst(letters.count)
    guard letters.isEmpty || letters.count == 2, (1...5).contains(digits.count), Int(digits) != nil,
      digits.allSatisfy({ $0.isASCII && $0.isNumber })
    else { throw ReaderOrderError("'\(word)' is no chip, as 123 or LY00123") }
    let padded = String(repeating: "0", count: 5 - digits.count) + digits
    let prefix = letters.isEmpty ? nil : String(letters)
    return .pass(prefix: prefix, chip: padded, antenna: try antenna(&words))
  }

  private static func isFree(_ text: Substring, _ lengths: ClosedRange<Int>) -> Bool {
    lengths ~= text.utf8.count && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  private static func antenna(_ words: inout ReaderWords) throws(ReaderOrderError) -> Int? {
    words.isEmpty ? nil : try words.whole("an antenna", in: 1...8)
  }

  private static func antennas(_ words: inout ReaderWords) throws(ReaderOrderError) -> ReaderOrder {
    let word = try words.next("digits from 1 to 8, or none")
    if word == "none" { return .antennas([]) }
    let numbers = word.compactMap { $0.isASCII ? $0.wholeNumberValue : nil }
    guard numbers.count == word.count, numbers.allSatisfy({ (1...8).contains($0) }),
      Set(numbers).count == numbers.count
    else { throw ReaderOrderError("'\(word)' is neither digits from 1 to 8, each once, nor none") }
    return .antennas(numbers.sorted())
  }
}
