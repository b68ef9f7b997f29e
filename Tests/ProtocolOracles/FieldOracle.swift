import One4AllProtocol

/// The types that are made of a field's text: what is taken is printed as it came.
enum FieldOracle {
  static func check(_ line: [UInt8]) throws(Violation) {
    let fields = line.prefix(4096).split(separator: 0x3B, omittingEmptySubsequences: false)
    var previous: [UInt8] = []
    // A status has 43 fields.
    for field in fields.prefix(48).map(Array.init) {
      try file(field)
      try version(field)
      try codes(field)
      try time(date: previous, time: field)
      previous = field
    }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func file(_ field: [UInt8]) throws(Violation) {
    guard let file = SessionFileName(text(field)) else { return }
    try require(Array(file.text.utf8) == field, "the file \(shown(field)) is printed as \(file.text)")
    try require(SessionFileName(openedAt: file.openedAt) == file, "\(file.text) is opened at another time")
  }

  private static func version(_ field: [UInt8]) throws(Violation) {
    guard let version = ProtocolVersion(text(field)) else { return }
    try require(
      0...999 ~= version.major && 0...999 ~= version.minor && ProtocolVersion(version.text) == version,
      "the version \(shown(field)) is \(version)")
  }

  private static func codes(_ field: [UInt8]) throws(Violation) {
    let isCode = field.allSatisfy {
      0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0
    }
    let code = TimerCode(text(field))
    try require(
      (code != nil) == (isCode && field.count <= 16),
      "\(shown(field)) as a timer code is \(code?.text ?? "none")")
    if let code { try require(Array(code.text.utf8) == field, "\(shown(field)) became \(code.text)") }
    let chip = ChipCode(text(field))
    try require(
      (chip != nil) == (isCode && 1...32 ~= field.count),
      "\(shown(field)) as a chip is \(chip?.text ?? "none")")
    if let chip {
      try require(Array(chip.text.utf8) == field, "\(shown(field)) became \(chip.text)")
      let isUsual = field.count == 5 && field.allSatisfy { 0x30...0x39 ~= $0 }
      try require(
        chip.isUsual == isUsual && chip.number == (isUsual ? UInt32(text(field)) : nil),
        "\(shown(field)) has the number \(chip.number.map(String.init) ?? "none")")
    }
    let isPrefix =
      field.count == 2 && field.allSatisfy { 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
    let prefix = ChipPrefix(text(field))
    try require((prefix != nil) == isPrefix, "\(shown(field)) as a prefix is \(prefix?.text ?? "none")")
    if let prefix { try require(Array(prefix.text.utf8) == field, "\(shown(field)) became \(prefix.text)") }
    let isCheck = field.count == 5 && field.allSatisfy { 0x21...0x7E ~= $0 }
    let check = CheckCode(text(field))
    try require((check != nil) == isCheck, "\(shown(field)) as a check is \(check?.text ?? "none")")
    if let check { try require(Array(check.text.utf8) == field, "\(shown(field)) became \(check.text)") }
  }

  /// Held against the naive reading of a passing that has this date and time.
  private static func time(date: [UInt8], time: [UInt8]) throws(Violation) {
    let parsed = LocalDateTime(date: text(date), time: text(time))
    let precise = time.count == 8 ? time + Array(".000".utf8) : time
    let frame = Array("1;MC;00001;".utf8) + date + [0x3B] + precise + Array(";1;1;00000".utf8)
    guard case .valid(let values) = NaivePassing(frame) else {
      try require(parsed == nil, "no time, but taken: \(shown(date)) \(shown(time))")
      return
    }
    guard let parsed else { throw Violation("a good time is refused: \(shown(date)) \(shown(time))") }
    try require(
      parsed.millisecondsSince1970 == values.localMilliseconds,
      "\(shown(date)) \(shown(time)) is \(parsed.millisecondsSince1970)")
    try require(
      Array(parsed.dateText.utf8) == date && Array(parsed.preciseTimeText.utf8) == precise,
      "\(shown(date)) \(shown(time)) is printed as \(parsed.dateText) \(parsed.preciseTimeText)")
  }
}
