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
    try require(Reply(line: reply.text) == reply, "the text of \(shown(line)) is another reply")
    try status(reply, fields: naive)
    for command in commands(for: reply) { try outcome(of: command, reply) }
  }

  /// The name and the fields behind it, or nil.
  private static func naiveFields(_ line: [UInt8]) -> [String]? {
    guard line.allSatisfy({ 0x20..<0x7F ~= $0 }), line.contains(0x3B) else { return nil }
    var fields = String(decoding: line, as: UTF8.self).split(
      separator: ";", omittingEmptySubsequences: false
    ).map(String.init)
    guard CommandName.allCases.contains(where: { $0.rawValue == fields[0] }) else { return nil }
    if fields.last == "" { fields.removeLast() }
    return fields
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
    try require(
      status.serialNumber == fields[3] && status.model == fields[4] && status.firmware == fields[29]
        && status.rawLine == reply.text, "the names of \(fields) are read otherwise")
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
    case .battery(let reading): try require(0...100 ~= reading.percent, "\(reply.text): \(reading.percent) %")
    case .pong, .protocolVersions, .status, .time, .timeSet, .done, .pushTags, .fileInfo, .buzzer,
      .unexpected:
      break
    }
  }
}
