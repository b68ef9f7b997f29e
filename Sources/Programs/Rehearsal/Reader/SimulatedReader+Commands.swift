// The protocol's commands, each with its success and its refusals.
extension SimulatedReader {
  mutating func answer(_ line: String, on connection: Int, at now: Moment) -> [Output] {
    let words = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    let name = words[0]
    let arguments = Array(words.dropFirst())
    switch (name, arguments.count) {
    case ("GETSTATUS", 0...1): return say(status, to: connection, ended: !faults.statusWithoutLineEnd)
    case ("GETPASSINGS", 2): return list(files.last, arguments[0], arguments[1], name, on: connection)
    case ("GETFILE", 3):
      guard let file = files.first(where: { $0.name == arguments[0] }) else {
        return say("GETFILE;FILENOTFOUND", to: connection)
      }
      return list(file, arguments[1], arguments[2], name, on: connection)
    default: return say(reply(to: name, arguments, line, at: now) ?? "\(name);ERR", to: connection)
    }
  }

  /// The reply of one line; nil when the command is unknown or its arguments are wrong.
  private mutating func reply(to name: String, _ arguments: [String], _ line: String, at now: Moment)
    -> String?
  {
    switch (name, arguments.count) {
    case ("PING", 0): return "PING;PONG"
    case ("GETPROTOCOL", 0): return "GETPROTOCOL;\(protocolVersion);1.0;3.0"
    case ("SETPROTOCOL", 1):
      if isReading { return "SETPROTOCOL;STARTMODE" }
      guard ["1.0", "2.0", "3.0"].contains(arguments[0]) else { return "SETPROTOCOL;UNKNOWN" }
      protocolVersion = arguments[0]
      return line
    case ("READBATTERY", 0): return "READBATTERY;VOLTS;\(volts);PERCENT;\(battery);HASPOWER;\(hasMains)"
    case ("GETTIME", 0):
      return "GETTIME;\(ReaderCalendar.date(clock(now)));\(ReaderCalendar.time(clock(now)))"
    case ("SETTIME", 2): return setTime(arguments, line, at: now)
    case ("START", 0):
      if isReading { return "START;STARTMODE" }
      start(at: now)
      return "START;\(files[files.count - 1].name)"
    case ("STOP", 0):
      guard isReading else { return "STOP;STOPMODE" }
      stop()
      return "STOP;OK"
    case ("NEWFILE", 0):
      guard isReading else { return "NEWFILE;STOPTMODE" }
      openFile(at: now)
      return "NEWFILE;\(files[files.count - 1].name)"
    case ("PUSHTAGS", 1):
      guard let on = truth(arguments[0]) else { return nil }
      isPushing = on
      return line
    case ("PASSINGS", 0):
      let passings = files.last?.passings ?? []
      return (["PASSINGS", "\(passings.count)"] + passings.suffix(8).map { $0.prefix + $0.chip }).joined(
        separator: ";")
    case ("LISTFILES", 0):
      return files.isEmpty ? "LISTFILES;NOFILES" : "LISTFILES;" + files.map { $0.name + ";" }.joined()
    case ("GETFILEINFO", 1): return fileInfo(arguments[0])
    case ("CLEARFILES", 0):
      if isReading { return nil }
      files = []
      return "CLEARFILES;OK"
    case ("SETBOUNCE", 1):
      guard let seconds = Int(arguments[0]), (1...3600).contains(seconds) else { return nil }
      bounce = seconds
      return line
    case ("SETBUZZER", 1):
      guard let on = truth(arguments[0]) else { return nil }
      buzzer = on
      return line
    default: return nil
    }
  }

  private mutating func setTime(_ arguments: [String], _ line: String, at now: Moment) -> String? {
    if isReading { return "SETTIME;STARTMODE" }
    guard let local = ReaderCalendar.read(date: Substring(arguments[0]), time: Substring(arguments[1])) else {
      return nil
    }
    clockOffset = local - now.local
    return line
  }

  private func fileInfo(_ name: String) -> String {
    guard let file = files.first(where: { $0.name == name }) else { return "GETFILEINFO;FILENOTFOUND" }
    guard let first = file.passings.first, let last = file.passings.last else { return "GETFILEINFO;;;;;0" }
    let times = [first, last].flatMap { [ReaderCalendar.date($0.local), ReaderCalendar.time($0.local)] }
    return "GETFILEINFO;\(times.joined(separator: ";"));\(file.passings.count)"
  }

  private mutating func list(
    _ file: SessionFile?, _ first: String, _ last: String, _ name: String, on connection: Int
  ) -> [Output] {
    guard let from = Int(first), let to = Int(last), from >= 1, to >= from else {
      return say("\(name);ERR", to: connection)
    }
    let passings = (file?.passings ?? []).filter { (from...to).contains($0.number) }
    return passings.flatMap { say($0.line, to: connection) } + say("", to: connection)
  }

  private func truth(_ word: String) -> Bool? {
    switch word.lowercased() {
    case "true": true
    case "false": false
    default: nil
    }
  }

  var volts: String {
    // 26.5 V is full; what an empty one has is a guess.
    let tenths = 210 + battery * 55 / 100
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// The 43 fields in the form of a real reader's reply.
  private var status: String {
    func word(_ flag: Bool) -> String { flag ? "True" : "False" }
    let fields = [
      "GETSTATUS", "3", "192.168.1.13", settings.serialNumber, settings.model, "1234678", "Macsha Mexico",
      settings.prefix, "46.2", word(isReading), files.last?.name ?? "", "\(files.last?.passings.count ?? 0)",
      word(hasMains), "\(battery)", volts, word(buzzer), "False", "False", "True", settings.timeZone, "False",
      "never", "960122610340BFDD", "Motorola", "OK", "fcc", "\(bounce)", "3", "False", settings.firmware,
      "False",
      "False", "False", "False", "False", "False", "3", protocolVersion, "15336649CD289D56E1B2", "False", "",
      "0",
      "False",
    ]
    return fields.joined(separator: ";")
  }
}
