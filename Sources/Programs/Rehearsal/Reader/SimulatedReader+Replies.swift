// What the reader answers to each command of the protocol reference.

extension SimulatedReader {
  /// Most chips that PASSINGS names.
  private static let mostLastChips = 8
  /// The only protocol version that this reader speaks.
  private static let protocolVersion = "3.0"

  mutating func obey(line: [UInt8], from connection: Int) {
    speaker = connection
    let text = String(decoding: line, as: UTF8.self)
    let fields = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    let name = fields[0]
    do throws(ReaderRequest.Fault) {
      let request = try ReaderRequest(name: name, arguments: Array(fields.dropFirst()))
      counts.commands[name, default: 0] += 1
      if let refusal = faults.refusals.removeValue(forKey: name) {
        send("\(name);\(refusal)", to: connection)
      } else {
        reply(to: request, name: name, text: text, connection)
      }
    } catch {
      switch error {
      case .unknownName: counts.unknownCommands += 1
      case .badArguments: counts.badArguments += 1
      }
      // Only what can stand in a frame is said again.
      let spoken = name.unicodeScalars.filter { (33..<127).contains($0.value) }.prefix(32)
      send("\(String(String.UnicodeScalarView(spoken)));ERR", to: connection)
    }
  }

  private mutating func reply(to request: ReaderRequest, name: String, text: String, _ connection: Int) {
    switch request {
    case .getStatus:
      send(statusReply, to: connection, hasLineEnd: !faults.statusWithoutLineEnd)
    case .getPassings(let numbers):
      sendList(memory.current.map(written)?.frames(numbers) ?? [], to: connection)
    case .getFile(let file, let numbers):
      if let file = memory.file(named: file) {
        sendList(written(file).frames(numbers), to: connection)
      } else {
        send("\(name);FILENOTFOUND", to: connection)
      }
    case .setTime, .setProtocol, .pushTags, .setBounce, .setBuzzer:
      send(change(request).map { "\(name);\($0)" } ?? text, to: connection)
    case .start, .stop, .newFile, .clearFiles:
      send("\(name);\(session(request).text)", to: connection)
    case .ping, .getProtocol, .readBattery, .getTime, .passings, .listFiles, .getFileInfo:
      send("\(name);\(answer(to: request))", to: connection)
    }
  }

  /// What of a file can be listed: the memory may be behind what is pushed and counted.
  private func written(_ file: ReaderMemory.File) -> ReaderMemory.File {
    faults.memoryLag > 0 ? file.asOf(now - faults.memoryLag) : file
  }

  private mutating func sendList(_ passings: [String], to connection: Int) {
    let frames = faults.listed(passings, &random)
    guard settings.listRate > 0, !frames.isEmpty else {
      for frame in frames { send(frame, to: connection) }
      send("", to: connection)
      return
    }
    listing = Listing(connection: connection, frames: frames, due: now * 1000)
    goOnListing()
  }

  /// The next frame of the list that is under way; behind the last one its empty line, and what waited for that.
  mutating func goOnListing() {
    guard var list = listing else { return }
    send(list.frames[list.position], to: list.connection)
    list.position += 1
    list.due += Int64(1_000_000 / max(settings.listRate, 0.001))
    if list.position < list.frames.count {
      listing = list
      return
    }
    listing = nil
    send("", to: list.connection)
    while listing == nil, !postponed.isEmpty {
      let (line, connection) = postponed.removeFirst()
      if connections[connection] != nil { obey(line: line, from: connection) }
    }
  }

  /// Does what is answered with the same text.
  /// - Returns: nil when it was done, else the refusal.
  private mutating func change(_ request: ReaderRequest) -> String? {
    switch request {
    case .setTime(let wanted):
      if isStarted { return "STARTMODE" }
      setClock(wanted)
    case .setProtocol(let version):
      if isStarted { return "STARTMODE" }
      if version != SimulatedReader.protocolVersion { return "UNKNOWN" }
    case .pushTags(let isOn): isPushing = isOn
    case .setBounce(let seconds): bounceSeconds = seconds
    case .setBuzzer(let isOn): hasBuzzer = isOn
    case .ping, .getProtocol, .getStatus, .readBattery, .getTime, .start, .stop, .newFile, .passings,
      .getPassings, .listFiles, .getFileInfo, .getFile, .clearFiles:
      return "ERR"
    }
    return nil
  }

  /// Starts, stops, opens and clears, by the rules of start and stop mode.
  mutating func session(_ request: ReaderRequest) -> (text: String, isDone: Bool) {
    switch request {
    case .start:
      if isStarted { return ("STARTMODE", false) }
      if settings.antennas.isEmpty { return ("ERRANTENNAS", false) }
      return (openSession(), true)
    case .stop:
      guard isStarted else { return ("STOPMODE", false) }
      closeSession()
      return ("OK", true)
    case .newFile:
      guard isStarted else { return ("STOPTMODE", false) }
      return (memory.open(at: localMilliseconds), true)
    case .clearFiles:
      if isStarted { return ("STARTMODE", false) }
      memory.clear()
      return ("OK", true)
    case .ping, .getProtocol, .setProtocol, .getStatus, .readBattery, .getTime, .setTime, .pushTags,
      .passings,
      .getPassings, .listFiles, .getFileInfo, .getFile, .setBounce, .setBuzzer:
      return ("ERR", false)
    }
  }

  private func answer(to request: ReaderRequest) -> String {
    switch request {
    case .ping: "PONG"
    case .getProtocol:
      [String](repeating: SimulatedReader.protocolVersion, count: 3).joined(separator: ";")
    case .readBattery:
      "VOLTS;\(tenths(power.volts));PERCENT;\(percent);HASPOWER;\(truth(power.hasMains, isStatus: false))"
    case .getTime:
      ReaderTime(localMilliseconds + faults.timeTold).told
    case .passings: passingsAnswer
    case .listFiles:
      listedFiles
    case .getFileInfo(let name): fileInformation(name)
    case .setProtocol, .getStatus, .setTime, .start, .stop, .newFile, .pushTags, .getPassings, .getFile,
      .clearFiles, .setBounce, .setBuzzer:
      "ERR"
    }
  }

  private var listedFiles: String {
    let names = faults.listed(memory.files.map(\.name))
    return names.isEmpty ? "NOFILES" : names.map { "\($0);" }.joined()
  }

  private var passingsAnswer: String {
    let passings = memory.current?.passings ?? []
    let chips = passings.suffix(SimulatedReader.mostLastChips).map { $0.prefix + $0.chip }
    return (["\(passings.count)"] + chips).joined(separator: ";")
  }

  private func fileInformation(_ name: String) -> String {
    guard let file = memory.file(named: name).map(written) else { return "FILENOTFOUND" }
    let ends = [file.passings.first, file.passings.last].map { passing in
      passing.map { ReaderTime($0.localMilliseconds) }.map { "\($0.date);\($0.preciseTime)" } ?? ";"
    }
    return "\(ends[0]);\(ends[1]);\(file.passings.count)"
  }
}

// MARK: - GETSTATUS

extension SimulatedReader {
  /// GETSTATUS as the faults leave it.
  var statusReply: String {
    var fields = statusFields
    let highest = faults.statusFields.keys.max() ?? 0
    let length = faults.statusLength ?? max(fields.count, highest + 1)
    fields += [String](repeating: "", count: max(0, length - fields.count))
    for (place, text) in faults.statusFields where place < length { fields[place] = text }
    return fields.prefix(length).joined(separator: ";")
  }

  /// All 43 fields, in the order of the reference's real reply. What nobody knows the meaning of is as it was there.
  private var statusFields: [String] {
    let file = memory.current
    let yes = truth(true, isStatus: true)
    let no = truth(false, isStatus: true)
    return [
      "GETSTATUS", "3", "192.168.1.13", settings.serialNumber, settings.model,
      settings.antennas.map(String.init).joined(), "Macsha Mexico", settings.chipPrefix, "46.2",
      truth(isStarted, isStatus: true), file?.name ?? "", "\(file?.passings.count ?? 0)",
      truth(power.hasMains, isStatus: true), "\(percent)", tenths(power.volts),
      truth(hasBuzzer, isStatus: true), no, no, yes, settings.timeZone, no, "never", "960122610340BFDD",
      "Motorola", "OK", "fcc", "\(bounceSeconds)", "3", no, settings.firmware, no, no, no, no, no, no, "3",
      SimulatedReader.protocolVersion, "15336649CD289D56E1B2", no, "", "0", no,
    ]
  }

  var percent: Int { Int(power.percent.rounded()) }

  private func truth(_ value: Bool, isStatus: Bool) -> String {
    let isCapital: Bool
    switch spelling {
    case .asSeen: isCapital = isStatus
    case .lower: isCapital = false
    case .capital: isCapital = true
    }
    return switch (value, isCapital) {
    case (true, true): "True"
    case (true, false): "true"
    case (false, true): "False"
    case (false, false): "false"
    }
  }

  private func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
