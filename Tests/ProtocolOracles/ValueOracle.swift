import One4AllProtocol

/// Values that are made of the input's bytes as numbers, printed and parsed again.
enum ValueOracle {
  static func check(_ input: [UInt8]) throws(Violation) {
    var numbers = Numbers(bytes: input.prefix(64))
    try time(numbers.next(from: -62_135_596_800_000, to: 253_402_300_799_999))
    try time(Int64(bitPattern: numbers.next()))
    try command(&numbers)
    try passing(&numbers)
  }

  /// Numbers out of bytes; zeros when these are used up.
  private struct Numbers {
    var bytes: ArraySlice<UInt8>

    mutating func next() -> UInt64 {
      var value: UInt64 = 0
      for _ in 0..<8 { value = value << 8 | UInt64(bytes.popFirst() ?? 0) }
      return value
    }

    mutating func next(from least: Int64, to most: Int64) -> Int64 {
      least + Int64(next() % UInt64(most - least + 1))
    }
  }

  private static func time(_ milliseconds: Int64) throws(Violation) {
    let inRange = -62_135_596_800_000...253_402_300_799_999 ~= milliseconds
    guard let time = LocalDateTime(millisecondsSince1970: milliseconds) else {
      return try require(!inRange, "\(milliseconds) is no time")
    }
    try require(inRange, "\(milliseconds) is a time")
    let again = LocalDateTime(
      year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
      second: time.second, millisecond: time.millisecond)
    try require(again == time, "\(milliseconds) has other components")
    try require(
      LocalDateTime(date: time.dateText, time: time.preciseTimeText) == time,
      "\(milliseconds) is printed as \(time.dateText) \(time.preciseTimeText)")
    let file = SessionFileName(openedAt: time)
    try require(SessionFileName(file.text) == file, "\(milliseconds) names the file \(file.text)")
  }

  private static func command(_ numbers: inout Numbers) throws(Violation) {
    let time = LocalDateTime(
      millisecondsSince1970: numbers.next(from: -62_135_596_800_000, to: 253_402_300_799_999))
    let file = time.map(SessionFileName.init)
    let first = numbers.next(from: 0, to: 4_294_967_296)
    let last = numbers.next(from: 0, to: 4_294_967_296)
    let isRange = first >= 1 && first <= last && last <= 4_294_967_295
    try require(
      (PassingRange(first: first, last: last) != nil) == isRange, "\(first) to \(last) as a range")
    let version = ProtocolVersion(
      major: Int(numbers.next(from: 0, to: 999)), minor: Int(numbers.next(from: 0, to: 999)))
    let seconds = Int(numbers.next(from: -1, to: 3602))
    try require((BounceTime(seconds: seconds) != nil) == (1...3600 ~= seconds), "a bounce of \(seconds) s")
    let commands: [Command?] = [
      time.map { .setTime($0) }, version.map { .setProtocol($0) }, .pushTags(first % 2 == 0),
      .setBuzzer(first % 2 == 0), .setBounce(seconds: seconds), .getPassings(first: first, last: last),
      file.map { .getFileInfo($0) }, file.flatMap { .getFile($0, first: first, last: last) },
    ]
    for command in commands.compactMap(\.self) {
      let line = command.text
      try require(command.encoded() == Array(line.utf8) + [0x0D, 0x0A], "\(line) is sent otherwise")
      guard let reply = Reply(line: line) else { throw Violation("\(line) is no line of the protocol") }
      try require(
        reply.name == command.replyName && reply.arguments == command.arguments, "\(line) is read otherwise")
      try repeated(command, reply)
    }
  }

  /// What sets something is answered by the same text.
  private static func repeated(_ command: Command, _ reply: Reply) throws(Violation) {
    let outcome = CommandOutcome(command: command, reply: reply)
    let isSame =
      switch command {
      case .setProtocol(let version): outcome == .protocolSet(version)
      case .setTime(let time): outcome == .timeSet(SessionFileName(openedAt: time).openedAt)
      case .pushTags(let isOn): outcome == .pushTags(isOn)
      case .setBounce(let bounce): outcome == .bounce(bounce)
      case .setBuzzer(let isOn): outcome == .buzzer(isOn)
      case .getPassings, .getFile, .getFileInfo: outcome == .unexpected(.fields)
      case .ping, .getProtocol, .getStatus, .readBattery, .getTime, .start, .stop, .newFile, .passings,
        .listFiles,
        .clearFiles:
        true
      }
    try require(isSame, "\(reply.text) sent back is \(outcome)")
  }

  private static func passing(_ numbers: inout Numbers) throws(Violation) {
    let letters = Array("MCLYDMazAZ".utf8)
    let letter = Int(numbers.next(from: 0, to: 8))
    let number = UInt32(numbers.next(from: 0, to: 4_294_967_295))
    let chip = UInt32(numbers.next(from: 0, to: 100_001))
    let antenna = UInt8(numbers.next(from: 0, to: 9))
    let reads = UInt32(numbers.next(from: 0, to: 4_294_967_295))
    guard let prefix = ChipPrefix(String(decoding: letters[letter...letter + 1], as: UTF8.self)),
      let check = CheckCode("937f6"),
      let time = LocalDateTime(
        millisecondsSince1970: numbers.next(from: -62_135_596_800_000, to: 253_402_300_799_999))
    else { throw Violation("no passing can be made") }
    let isValid = number >= 1 && chip <= 99_999 && 1...8 ~= antenna
    guard
      let passing = Passing(
        number: number, prefix: prefix, chip: chip, at: time, antenna: antenna, reads: reads, check: check)
    else { return try require(!isValid, "\(number), \(chip), \(antenna) make no passing") }
    try require(isValid, "\(number), \(chip), \(antenna) make a passing")
    try require(
      (try? Passing(parsing: Array(passing.text.utf8))) == passing, "\(passing.text) is not read back")
    try PassingOracle.check(Array(passing.text.utf8))
    try longPassing(passing, &numbers)
  }

  /// The same of 13 fields, with the chip of a FREE reader.
  private static func longPassing(_ passing: Passing, _ numbers: inout Numbers) throws(Violation) {
    let text = String(repeating: "0123456789ABCDEFabcdefGHXYZ", count: 3)
    let code = TimerCode(String(text.prefix(Int(numbers.next(from: 0, to: 16)))))
    let chip = ChipCode(String(text.suffix(Int(numbers.next(from: 1, to: 32)))))
    let reserved = (0..<4).map { _ in String(text.suffix(Int(numbers.next(from: 0, to: 3)))) }
    guard let code, let chip,
      let fields = EPCFields(
        epc: String(text.prefix(Int(numbers.next(from: 0, to: 80)))), reserved: reserved),
      let long = Passing(
        number: passing.number, timerCode: code, chip: chip, at: passing.localDateTime,
        antenna: passing.antenna,
        reads: passing.reads, epcFields: fields, check: passing.check)
    else { throw Violation("no passing of 13 fields can be made") }
    try require((try? Passing(parsing: Array(long.text.utf8))) == long, "\(long.text) is not read back")
    try PassingOracle.check(Array(long.text.utf8))
  }
}
