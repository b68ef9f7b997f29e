extension CommandOutcome {
  /// What a reply says by itself, whatever was asked.
  init(reply: Reply) {
    let fields = reply.arguments
    if fields.count == 1, let refusal = Refusal(word: fields[0]) {
      self = .refused(refusal)
      return
    }
    if reply.name == .getStatus {
      do throws(StatusError) {
        self = .status(try ReaderStatus(reply: reply))
      } catch {
        self = .unexpected(.status(error))
      }
      return
    }
    self = Self.success(reply.name, fields) ?? .unexpected(.fields)
  }

  private static func success(_ name: CommandName, _ fields: [String]) -> CommandOutcome? {
    switch name {
    case .ping: fields == ["PONG"] ? .pong : nil
    case .getProtocol: versions(fields)
    case .setProtocol: single(fields).flatMap(ProtocolVersion.init).map { .protocolSet($0) }
    case .getStatus, .getPassings, .getFile: nil
    case .readBattery: battery(fields)
    case .getTime: time(fields).map { .time($0) }
    case .setTime: time(fields).map { .timeSet($0) }
    case .start, .newFile: single(fields).flatMap(SessionFileName.init).map { .sessionFile($0) }
    case .stop, .clearFiles: fields == ["OK"] ? .done : nil
    case .pushTags: single(fields).flatMap(DecimalText.truth).map { .pushTags($0) }
    case .passings: passings(fields)
    case .listFiles: files(fields)
    case .getFileInfo: fileInfo(fields)
    case .setBounce:
      single(fields).flatMap(DecimalText.whole).flatMap(BounceTime.init(seconds:)).map { .bounce($0) }
    case .setBuzzer: single(fields).flatMap(DecimalText.truth).map { .buzzer($0) }
    }
  }

  private static func single(_ fields: [String]) -> String? { fields.count == 1 ? fields[0] : nil }

  private static func versions(_ fields: [String]) -> CommandOutcome? {
    guard fields.count == 3, let current = ProtocolVersion(fields[0]),
      let lowest = ProtocolVersion(fields[1]), let highest = ProtocolVersion(fields[2])
    else { return nil }
    return .protocolVersions(ProtocolVersions(current: current, lowest: lowest, highest: highest))
  }

  private static func battery(_ fields: [String]) -> CommandOutcome? {
    guard fields.count == 6, fields[0] == "VOLTS", fields[2] == "PERCENT", fields[4] == "HASPOWER",
      let volts = DecimalText.decimal(fields[1]), let percent = DecimalText.whole(fields[3]),
      0...100 ~= percent, let mainsPower = DecimalText.truth(fields[5])
    else { return nil }
    return .battery(BatteryReading(volts: volts, percent: percent, mainsPower: mainsPower))
  }

  private static func time(_ fields: [String]) -> LocalDateTime? {
    fields.count == 2 ? LocalDateTime(date: fields[0], time: fields[1]) : nil
  }

  private static func passings(_ fields: [String]) -> CommandOutcome? {
    guard let count = fields.first.flatMap(DecimalText.whole) else { return nil }
    return .passings(PassingsSummary(count: count, lastChips: fields.dropFirst().filter { !$0.isEmpty }))
  }

  private static func files(_ fields: [String]) -> CommandOutcome {
    let names = fields.filter { !$0.isEmpty }
    return .files(
      SessionFileList(
        files: names.compactMap(SessionFileName.init),
        otherNames: names.filter { SessionFileName($0) == nil }))
  }

  private static func fileInfo(_ fields: [String]) -> CommandOutcome? {
    guard fields.count == 5, let first = LocalDateTime(date: fields[0], time: fields[1]),
      let last = LocalDateTime(date: fields[2], time: fields[3]), let count = DecimalText.whole(fields[4])
    else { return nil }
    return .fileInfo(SessionFileInfo(first: first, last: last, count: count))
  }
}
