import JSONDocument

// What a person can tell the reader to do.

extension SimulatedReader {
  /// Does what a person wants.
  /// - Parameters:
  ///   - order: what.
  ///   - milliseconds: now.
  /// - Returns: what came of it, and the frames that left because of it. After `plug` and `reboot` the
  ///   caller looks at `isPlugged` and `isRunning` to pull the cable.
  public mutating func obey(
    _ order: ReaderOrder, at milliseconds: Int64
  ) -> (answer: ReaderAnswer, transmissions: [ReaderTransmission]) {
    pass(to: milliseconds)
    let answer = carryOut(order)
    return (answer, takeTransmissions())
  }

  private mutating func carryOut(_ order: ReaderOrder) -> ReaderAnswer {
    switch order {
    case .ok, .mute, .reboot, .foreign, .plug, .noise, .cut, .lose, .digit, .garble, .join, .flip, .mishear,
      .cutNext,
      .loseNext, .refuse, .statusWithoutLineEnd, .statusField, .statusLength, .latin1, .oddFiles, .moreFiles,
      .testReads, .timeTold, .memoryLag:
      misbehave(order)
      return .done("done")
    case .start: return sessionAnswer(.start)
    case .stop: return sessionAnswer(.stop)
    case .newFile: return sessionAnswer(.newFile)
    case .pass(let prefix, let chip, let antenna): return pass(prefix: prefix, chip: chip, antenna: antenna)
    case .timeZone(let zone):
      guard settings.localClock(now, zone) != nil else { return .refused("no zone '\(zone)'") }
      settings.timeZone = zone
      return .done("done")
    case .identity: return .document(identity)
    case .count: return .document(counts.document)
    case .truth(let file): return truth(of: file)
    case .firmware, .serialNumber, .model, .hello, .booleans, .rate, .form, .freeChips, .battery,
      .drain, .mains, .antennas, .clockOffset, .clockAt, .clockFall, .clockDrift, .listRate:
      change(order)
      return .done("done")
    }
  }

  private mutating func misbehave(_ order: ReaderOrder) {
    switch order {
    case .ok:
      faults = ReaderFaults()
      foreignDue = nil
      isPlugged = true
    case .mute(let isMute): faults.isMute = isMute
    case .reboot(let milliseconds): reboot(milliseconds: milliseconds)
    case .foreign(let isForeign): foreignDue = isForeign ? foreignDue ?? now : nil
    case .plug(let isIn): isPlugged = isIn
    case .noise(let probability): faults.noise = probability
    case .cut(let probability): faults.cut = probability
    case .lose(let probability): faults.lose = probability
    case .digit(let probability): faults.digit = probability
    case .garble(let probability): faults.garble = probability
    case .join(let probability): faults.join = probability
    case .flip(let probability): faults.flip = probability
    case .mishear(let probability): faults.mishear = probability
    case .cutNext(let count): faults.cutNext = count
    case .loseNext(let count): faults.loseNext = count
    case .refuse(let name, let answer): faults.refusals[name] = answer
    case .statusWithoutLineEnd(let isOn): faults.statusWithoutLineEnd = isOn
    case .statusField(let place, let text): faults.statusFields[place] = text
    case .statusLength(let length): faults.statusLength = length
    case .latin1(let isOn): faults.isLatin1 = isOn
    case .oddFiles(let count): faults.oddFiles = count
    case .moreFiles(let count): faults.moreFiles = count
    case .testReads(let probability): faults.testReads = probability
    case .timeTold(let milliseconds): faults.timeTold = milliseconds
    case .memoryLag(let milliseconds): faults.memoryLag = milliseconds
    case .firmware, .serialNumber, .model, .timeZone, .hello, .booleans, .rate, .form, .freeChips,
      .pass, .start, .stop,
      .newFile, .battery, .drain, .mains, .antennas, .clockOffset, .clockAt, .clockFall, .clockDrift,
      .listRate,
      .identity, .count, .truth:
      break
    }
  }

  private mutating func change(_ order: ReaderOrder) {
    switch order {
    case .firmware(let version): settings.firmware = version
    case .serialNumber(let number): settings.serialNumber = number
    case .model(let model): settings.model = model
    case .hello(let isOn): sendsHello = isOn
    case .booleans(let spelling): self.spelling = spelling
    case .rate(let rate): feed.setRate(rate, isRunning: isStarted, at: now * 1000)
    case .form(let count): feed.form.fieldCount = count
    case .freeChips(let isOn): feed.form.hasFreeChips = isOn
    case .battery(let percent): power.setPercent(percent)
    case .drain(let percent): power.setDrain(percent)
    case .mains(let isOn): power.setMains(isOn)
    case .antennas(let antennas): settings.antennas = antennas
    case .clockOffset(let milliseconds): clock.setOffset(milliseconds, at: now)
    case .clockAt(let moment): clock.setOffset(moment - now, at: now)
    case .clockFall: setClock(946_684_800_000)
    case .listRate(let rate): settings.listRate = rate
    case .clockDrift(let millionths): clock.setDrift(millionths, at: now)
    case .ok, .mute, .reboot, .foreign, .plug, .noise, .cut, .lose, .digit, .garble, .join, .flip, .mishear,
      .cutNext,
      .loseNext, .refuse, .statusWithoutLineEnd, .statusField, .statusLength, .latin1,
      .oddFiles, .moreFiles, .testReads, .timeTold, .memoryLag, .timeZone, .pass, .start, .stop,
      .newFile,
      .identity, .count, .truth:
      break
    }
  }

  /// Lets the wall clock show that, local milliseconds.
  mutating func setClock(_ wanted: Int64) {
    // A second time, because another offset may be in force at the new time.
    for _ in 0..<2 {
      clock.setOffset(clock.offset(at: now) + wanted - localMilliseconds, at: now)
    }
  }

  private mutating func sessionAnswer(_ request: ReaderRequest) -> ReaderAnswer {
    guard isRunning else { return .refused("it is rebooting") }
    let (text, isDone) = session(request)
    return isDone ? .done(text) : .refused("the reader says \(text)")
  }

  private mutating func pass(prefix: String?, chip: String, antenna wanted: Int?) -> ReaderAnswer {
    guard isStarted else { return .refused("it is not started") }
    guard let antenna = wanted ?? settings.antennas.first else { return .refused("no antenna is connected") }
    guard settings.antennas.contains(antenna) else { return .refused("antenna \(antenna) is not connected") }
    guard let frame = meet(feed.read(prefix: prefix, chip: chip, antenna: antenna), at: now * 1000) else {
      return .refused("ignored: the chip has passed less than \(bounceSeconds) s ago")
    }
    return .done(frame)
  }

  private var identity: JSONValue {
    [
      "serial_number": .string(settings.serialNumber), "model": .string(settings.model),
      "firmware": .string(settings.firmware), "time_zone": .string(settings.timeZone),
      "local_time": .string(
        "\(ReaderTime(localMilliseconds).date) \(ReaderTime(localMilliseconds).preciseTime)"),
      "clock_offset_ms": .integer(clock.offset(at: now)), "started": .bool(isStarted),
      "session_file": .text(memory.current?.name), "pushing": .bool(isPushing),
      "antennas": .string(settings.antennas.map(String.init).joined()),
      "bounce_seconds": .whole(bounceSeconds), "battery_percent": .whole(percent),
      "battery_volts": .real((power.volts * 10).rounded() / 10), "mains_power": .bool(power.hasMains),
      "plugged": .bool(isPlugged), "running": .bool(isRunning),
    ]
  }

  private func truth(of name: String?) -> ReaderAnswer {
    if let name {
      guard let file = memory.file(named: name) else { return .refused("no file '\(name)'") }
      return .done(frames(of: file).joined(separator: "\n"))
    }
    return .document([
      "sessions": .array(
        memory.files.map { file in
          [
            "file": .string(file.name), "count": .whole(file.passings.count),
            "frames": .array(frames(of: file).map { .string($0) }),
            "times": .array(file.moments.map { .string(CloudTime.text($0)) }),
          ]
        })
    ])
  }

  private func frames(of file: ReaderMemory.File) -> [String] {
    file.frames(1...max(1, file.passings.count))
  }
}
