import AgentCore
import JSONDocument
import LinuxSystem
import One4AllProtocol
import ProgramArguments

/// The files of one call, one after the other.
struct ImportRun {
  let talk: ImportTalk
  /// The name that was asked for.
  let session: String?
  let isDry: Bool
  /// Whether there is only one file.
  let isOne: Bool
  private var isInputMissing = false
  private var isFaulty = false
  private var isDifferent = false

  init(talk: ImportTalk, session: String?, isDry: Bool, isOne: Bool) {
    self.talk = talk
    self.session = session
    self.isDry = isDry
    self.isOne = isOne
  }

  /// What the call came to.
  var exitCode: ExitCode {
    if isInputMissing { return .noInput }
    return isFaulty ? .dataError : isDifferent ? .failure : .success
  }

  /// Imports a file. That it cannot be, is told and remembered.
  mutating func bring(_ path: String) throws(ToolError) {
    var file: ImportedFile
    do throws(SystemError) { file = try ImportedFile.read(path) } catch {
      isInputMissing = true
      return Output.complain("one4allctl: \(TerminalText.safe(path)): \(error.reason)\n")
    }
    if file.isEmpty {
      isFaulty = true
      let name = path == "-" ? "standard input" : TerminalText.safe(path)
      return Output.complain("one4allctl: \(name) is empty: was it copied whole?\n")
    }
    Output.complain(file.takeComplaints())
    if file.malformed > 0 { isFaulty = true }
    if let refusal = refusal(of: file, path) {
      isFaulty = true
      return Output.complain("one4allctl: \(TerminalText.safe(path)) is not imported: \(refusal)\n")
    }
    let form = file.forms.map(FaultWords.name).joined(separator: ", ")
    Output.write(TerminalText.safe(form.isEmpty ? path : "\(path): \(form)") + "\n")
    for (index, passings) in file.sessions.enumerated() {
      try bring(passings, as: ImportedFile.name(name(path), of: index))
    }
    if file.sessions.isEmpty { row("passings", "none") }
    if file.repeated > 0 { row("repeated", "\(file.repeated) numbers came again; the last of each counts") }
    if file.testReads > 0 { row("test reads", "\(file.testReads), left out") }
    row("malformed", file.malformed == 0 ? "none" : "\(file.malformed), left out")
  }

  private func name(_ path: String) -> String { session ?? Files.name(of: path) }

  private func refusal(of file: ImportedFile, _ path: String) -> String? {
    if let refusal = file.refusal { return refusal }
    if session != nil, !isOne, file.isUnnumbered {
      return
        "its passings have no numbers, so that several such files cannot be one session: import each by itself"
    }
    let names = file.sessions.indices.map { ImportedFile.name(name(path), of: $0) }
    return names.compactMap(ImportName.fault(ofFile:)).first.map { "\($0); give one by --session" }
  }

  private mutating func bring(_ passings: [UInt32: Passing], as name: String) throws(ToolError) {
    let beginning = try talk.begin(name)
    let serialNumber = beginning.serialNumber
    var comparison = ImportTalk.Comparison()
    if beginning.stored > 0 { comparison = try talk.compare(passings, with: name, of: serialNumber) }
    let isNew = passings.count - comparison.same - comparison.different.count
    if !isDry { try talk.send(passings.values.sorted { $0.number < $1.number }, to: name) }
    row("session", "\(name) of reader \(serialNumber)")
    row("passings", "\(passings.count)")
    let times = ImportedTimes(passings.values, zone: beginning.zone)
    row("first", times.first)
    row("last", times.last)
    row("time zone", beginning.zone + (talk.zone == nil ? ", the reader's" : ", as named"))
    if let warning = times.warning(besides: name) {
      Output.complain("one4allctl: \(TerminalText.safe(warning))\n")
    }
    row("new", isDry && isNew > 0 ? "\(isNew); nothing was done (--dry-run)" : "\(isNew)")
    row("known", "\(comparison.same) stored already")
    if !comparison.different.isEmpty {
      isDifferent = true
      let numbers = comparison.different.text(limit: 8)
      row("differ", "\(comparison.different.count) stored otherwise; those that are stored stay: \(numbers)")
      for example in comparison.examples {
        row("  stored", example.stored)
        row("  here", example.given)
      }
    }
    if !isDry { tell(try talk.standing(name, of: serialNumber)) }
  }

  private func tell(_ standing: JSONValue) {
    let count = { (name: String) in standing[name]?.integer ?? 0 }
    row(
      "ledger",
      "\(count("stored")) stored = \(count("acknowledged")) acknowledged + \(count("waiting")) waiting + "
        + "\(count("rejected")) rejected; \(count("lost")) lost")
    guard count("waiting") > 0 else { return }
    if let hold = standing["hold"]?.string {
      row("waits", hold)
      row("", "it is sent by itself once that is over: one4allctl ledger")
    } else {
      row("waits", "being sent: one4allctl ledger")
    }
  }

  private func row(_ name: String, _ text: String) {
    Output.write("  \(TerminalText.cell(name, 12))\(TerminalText.safe(text))\n")
  }
}
