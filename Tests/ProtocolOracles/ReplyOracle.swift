import One4AllProtocol

/// Replies are their line's fields; what they say of a command is what stands in them.
enum ReplyOracle {
  static func check(_ line: [UInt8]) throws(Violation) {
    let naive = naiveFields(line)
    guard let reply = Reply(line: line) else {
      try require(naive == nil, "a reply is refused: \(shown(line))")
      return
    }
    guard let naive else { throw Violation("no reply, but taken: \(shown(line))") }
    try require(reply.raw == line, "the bytes of \(shown(line)) became \(shown(reply.raw))")
    try require(
      [reply.name.rawValue] + reply.arguments == naive, "\(shown(line)) is read as \(reply.arguments)")
    let isASCII = line.allSatisfy { 0x20..<0x7F ~= $0 }
    try require(
      !isASCII || Reply(line: reply.text) == reply, "the text of \(shown(line)) is another reply")
    try require(
      reply.text.unicodeScalars.allSatisfy {
        !(0..<0x20).contains($0.value) && !(0x7F..<0xA0).contains($0.value)
      },
      "the text of \(shown(line)) is none")
    try status(reply, fields: naive)
    for command in commands(for: reply) { try outcome(of: command, reply) }
  }

  /// The name and the fields behind it, or nil.
  private static func naiveFields(_ line: [UInt8]) -> [String]? {
    guard line.contains(0x3B) else { return nil }
    var fields = line.split(separator: 0x3B, omittingEmptySubsequences: false).map(naiveText)
    guard CommandName.allCases.contains(where: { $0.rawValue == fields[0] }),
      line.allSatisfy({ mayHold($0, fields[0]) })
    else { return nil }
    if fields.last == "" { fields.removeLast() }
    return fields
  }

  /// Whether a reply to the command of that name may have that byte.
  static func mayHold(_ byte: UInt8, _ name: String) -> Bool {
    switch name {
    case _ where 0x20..<0x7F ~= byte: true
    case "GETSTATUS", "LISTFILES": ![0x00, 0x0A, 0x0D].contains(byte)
    case "PASSINGS": 0x80..<0xFF ~= byte
    default: false
    }
  }

  /// UTF-8 where it is, else Latin-1; what is no text is a question mark in a diamond.
  private static func naiveText(_ bytes: ArraySlice<UInt8>) -> String {
    let decoded = String(decoding: bytes, as: UTF8.self)
    let isUnicode = Array(decoded.utf8) == Array(bytes)
    let text = isUnicode ? decoded : String(bytes.map { Character(UnicodeScalar($0)) })
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : $0 }))
  }

  private static func status(_ reply: Reply, fields: [String]) throws(Violation) {
    let status: ReaderStatus
    do throws(StatusError) {
      status = try ReaderStatus(reply: reply)
    } catch {
      switch error {
      case .otherCommand(let name):
        try require(name == reply.name && name != .getStatus, "GETSTATUS is \(name)")
      case .refused(let refusal):
        try require(fields.count == 2 && Refusal(word: fields[1]) == refusal, "\(fields) is refused")
      case .tooFewFields(let count):
        try require(count == fields.count && count < 30, "\(fields.count) fields")
      case .noSerialNumber: try isEmpty(fields[3])
      case .noModel: try isEmpty(fields[4])
      case .noFirmware: try isEmpty(fields[29])
      }
      return
    }
    try require(reply.name == .getStatus && fields.count >= 30, "\(fields) is a status")
    for (name, place) in [(status.serialNumber, 3), (status.model, 4), (status.firmware, 29)] {
      let isCut = fields[place].count > ReaderStatus.longestName
      try require(
        isCut ? fields[place].hasPrefix(name) : name == fields[place],
        "the name \(fields[place]) is read as \(name)")
      try require(
        !isCut || status.strangeFields.contains { $0.field.rawValue == place }, "\(name) is cut in silence")
    }
    try require(
      reply.raw.count > Framer.maximumFrameLength || status.rawLine == reply.text,
      "the line \(reply.text) is kept otherwise")
    try tellsWhatIsMissing(status, fields)
    try require(status.batteryPercent.map { 0...100 ~= $0 } ?? true, "\(status.batteryPercent ?? 0) %")
    if let antennas = status.antennas {
      try require(
        antennas == antennas.sorted() && antennas.allSatisfy { fields[5].contains("\($0)") }
          && Set(antennas).count == Set(fields[5]).count, "antennas \(fields[5]) are \(antennas)")
    }
    for number in [status.temperatureCelsius, status.batteryVolts] {
      try require(number?.isFinite ?? true, "an infinite number in \(fields)")
    }
  }

  /// A field that something depends on is read, or empty, or told.
  private static func tellsWhatIsMissing(_ status: ReaderStatus, _ fields: [String]) throws(Violation) {
    let known: [(Int, Bool)] = [
      (5, status.antennas != nil), (7, status.chipPrefix != nil), (8, status.temperatureCelsius != nil),
      (9, status.startMode != nil), (10, status.sessionFile != nil), (11, status.passingCount != nil),
      (12, status.mainsPower != nil), (13, status.batteryPercent != nil), (14, status.batteryVolts != nil),
      (19, status.timeZone != nil),
    ]
    for (place, isKnown) in known {
      let isTold = status.strangeFields.contains { $0.field.rawValue == place }
      try require(
        isTold == (!isKnown && !fields[place].isEmpty), "field \(place), \(fields[place]), is told: \(isTold)"
      )
    }
  }

  private static func isEmpty(_ field: String) throws(Violation) {
    try require(field.allSatisfy { $0 == " " }, "\(field) is no name")
  }

  /// The commands that the reply may answer, with the arguments that it repeats, and one that it does not answer.
  private static func commands(for reply: Reply) -> [Command] {
    let file = SessionFileName(reply.arguments.first ?? "")
    let version = ProtocolVersion(reply.arguments.first ?? "") ?? ProtocolVersion(major: 3, minor: 0)
    var all: [Command?] = [
      .ping, .getProtocol, version.map { .setProtocol($0) }, .getStatus, .readBattery, .getTime, .start,
      .stop,
      .newFile, .pushTags(true), .passings, .getPassings(first: 1, last: 9), .listFiles,
      file.map { .getFileInfo($0) }, file.flatMap { .getFile($0, first: 1, last: 9) }, .clearFiles,
      .setBounce(seconds: 5), .setBuzzer(false),
    ]
    if reply.arguments.count == 2 {
      all.append(LocalDateTime(date: reply.arguments[0], time: reply.arguments[1]).map { .setTime($0) })
    }
    let commands = all.compactMap(\.self)
    return commands.filter { $0.replyName == reply.name } + [reply.name == .ping ? .stop : .ping]
  }

  private static func outcome(of command: Command, _ reply: Reply) throws(Violation) {
    let outcome = CommandOutcome(command: command, reply: reply)
    let isOther = outcome == .unexpected(.otherCommand(reply.name))
    try require(
      isOther == (command.replyName != reply.name), "\(reply.text) to \(command.text) is \(outcome)")
    if isOther { return }
    let word = reply.arguments.first ?? ""
    switch outcome {
    case .refused(let refusal):
      try require(
        reply.arguments.count == 1 && (refusal.rawValue == word || word == "STOPTMODE"),
        "\(reply.text) is refused as \(refusal)")
    case .protocolSet(let version):
      try require(ProtocolVersion(word) == version, "\(reply.text) sets \(version)")
    case .sessionFile(let file): try require(file.text == word, "\(reply.text) opens \(file.text)")
    case .passings(let summary):
      try require(Int(word) == summary.count, "\(reply.text) counts \(summary.count)")
    case .files(let list):
      try require(
        list.files.count + list.otherNames.count == reply.arguments.count { !$0.isEmpty },
        "files vanish from \(reply.text)")
    case .bounce(let bounce): try require(Int(word) == bounce.seconds, "\(reply.text) sets \(bounce.seconds)")
    case .battery(let reading):
      try require(0...100 ~= reading.percent ?? 0, "\(reply.text): \(reading.percent ?? 0) %")
    case .pong, .protocolVersions, .status, .time, .timeSet, .done, .pushTags, .fileInfo, .buzzer,
      .unexpected:
      break
    }
  }
}
