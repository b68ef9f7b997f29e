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
    self = Self.success(reply, fields) ?? .unexpected(.fields)
  }

  private static func success(_ reply: Reply, _ fields: [String]) -> CommandOutcome? {
    switch reply.name {
    case .ping: fields == ["PONG"] ? .pong : nil
    case .getProtocol: versions(fields)
    case .setProtocol: single(fields).flatMap(ProtocolVersion.init).map { .protocolSet($0) }
    case .getStatus, .getPassings, .getFile: nil
    case .readBattery: battery(fields)
    // Later firmware may have more to say.
    case .getTime: time(Array(fields.prefix(2))).map { .time($0) }
    case .setTime: time(fields).map { .timeSet($0) }
    case .start, .newFile: single(fields).flatMap(SessionFileName.init).map { .sessionFile($0) }
    case .stop, .clearFiles: fields == ["OK"] ? .done : nil
    case .pushTags: single(fields).flatMap(DecimalText.truth).map { .pushTags($0) }
    case .passings: passings(fields)
    case .listFiles: files(fields, isCut: reply.isCut)
    case .getFileInfo: fileInfo(fields)
    case .setBounce:
      single(fields).flatMap(DecimalText.whole).flatMap(BounceTime.init(seconds:)).map { .bounce($0) }
    case .setBuzzer: single(fields).flatMap(DecimalText.truth).map { .buzzer($0) }
    }
  }

  private static func single(_ fields: [String]) -> String? { fields.count == 1 ? fields[0] : nil }

  private static func versions(_ fields: [String]) -> CommandOutcome? {
    guard fields.count >= 3 else { return nil }
    let known = fields.prefix(3).map { ProtocolVersion($0) }
    guard known.contains(where: { $0 != nil }) else { return nil }
    return .protocolVersions(ProtocolVersions(current: known[0], lowest: known[1], highest: known[2]))
  }

  private static func battery(_ fields: [String]) -> CommandOutcome? {
    guard fields.count >= 6, fields[0] == "VOLTS", fields[2] == "PERCENT", fields[4] == "HASPOWER" else {
      return nil
    }
    let reading = BatteryReading(
      volts: DecimalText.measure(fields[1], units: "V"), percent: DecimalText.percent(fields[3]),
      mainsPower: DecimalText.truth(fields[5]))
    let isKnown = reading.volts != nil || reading.percent != nil || reading.mainsPower != nil
    return isKnown ? .battery(reading) : nil
  }

  private static func time(_ fields: [String]) -> LocalDateTime? {
    fields.count == 2 ? LocalDateTime(date: fields[0], time: fields[1]) : nil
  }

  private static func passings(_ fields: [String]) -> CommandOutcome? {
    guard let count = fields.first.flatMap(DecimalText.whole) else { return nil }
    return .passings(PassingsSummary(count: count, lastChips: fields.dropFirst().filter { !$0.isEmpty }))
  }

  private static func files(_ fields: [String], isCut: Bool) -> CommandOutcome {
    var files: [SessionFileName] = []
    var otherNames: [String] = []
    for field in fields where !field.isEmpty {
      if let file = SessionFileName(field) { files.append(file) } else { otherNames.append(field) }
    }
    return .files(SessionFileList(files: files, otherNames: otherNames, isCut: isCut))
  }

  private static func fileInfo(_ fields: [String]) -> CommandOutcome? {
    // The count matters; an empty file has no times. With more fields than these it would not be certain which it is.
    guard fields.count == 5, let count = DecimalText.whole(fields[4]) else { return nil }
    return .fileInfo(
      SessionFileInfo(
        first: LocalDateTime(date: fields[0], time: fields[1]),
        last: LocalDateTime(date: fields[2], time: fields[3]), count: count))
  }
}
