public import JSONDocument

extension SimulatedReader {
  /// Does what it is told. Plugging, and writing the identity down, are the business of whoever serves the reader.
  /// - Returns: bytes that leave because of it, and the answer for whoever told it.
  public mutating func carryOut(_ order: ReaderOrder, at now: Moment) -> (output: [Output], answer: String) {
    switch order {
    case .mute(let isMute): faults.isMute = isMute
    case .reboot(let milliseconds): restart(for: milliseconds, at: now)
    case .firmware(let version): settings.firmware = version
    case .serialNumber(let number): settings.serialNumber = number
    case .model(let model): settings.model = model
    case .statusWithoutLineEnd(let isOn): faults.statusWithoutLineEnd = isOn
    case .greeting(let isOn): settings.greets = isOn
    case .rate(let rate):
      settings.rate = rate
      if isReading { scheduleNext(after: now.elapsed) }
    case .pass(let chip, let antenna):
      guard isReading else { return ([], "error: the reader does not read; start it first") }
      let before = files.last?.passings.count
      let output = pass(settings.prefix, chip, antenna, nil, nil, at: now)
      if files.last?.passings.count == before {
        return ([], "error: chip \(chip) passed within the bounce time")
      }
      return (output, files.last?.passings.last?.line ?? "")
    case .start:
      guard !isReading else { return ([], "error: it reads already") }
      start(at: now)
    case .stop:
      guard isReading else { return ([], "error: it does not read") }
      stop()
    case .newFile:
      guard isReading else { return ([], "error: it does not read") }
      openFile(at: now)
    case .battery(let percent): battery = percent
    case .mains(let isOn): hasMains = isOn
    case .clockOffset(let milliseconds): clockOffset = milliseconds
    case .foreign(let isOn): faults.isForeign = isOn
    case .noise(let chance): faults.noise = chance
    case .cut(let chance): faults.cut = chance
    case .lose(let chance): faults.lose = chance
    case .plugged: break
    case .recover: faults = ReaderFaults()
    case .identity: return ([], "")
    case .count: return ([], "\(files.last?.passings.count ?? 0)")
    case .truth(let name): return ([], truth(name))
    }
    return ([], "ok")
  }

  private func truth(_ name: String?) -> String {
    guard let file = name == nil ? files.last : files.first(where: { $0.name == name }) else {
      return "error: no such file"
    }
    return file.passings.isEmpty ? "none" : file.passings.map(\.line).joined(separator: "\n")
  }

  /// Who it is and how it stands.
  public var identity: JSONValue {
    [
      "serial_number": .string(settings.serialNumber), "model": .string(settings.model),
      "firmware": .string(settings.firmware), "time_zone": .string(settings.timeZone),
      "reading": .bool(isReading), "pushing": .bool(isPushing), "session_file": .text(files.last?.name),
      "passings": .integer(Int64(files.last?.passings.count ?? 0)),
      "files": .array(files.map { .string($0.name) }),
    ]
  }
}
