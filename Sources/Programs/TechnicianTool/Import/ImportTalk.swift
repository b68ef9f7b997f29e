import AgentCore
import ControlSocket
import Glibc
import JSONDocument
import LinuxSystem
import One4AllProtocol

/// What `one4allctl import` says to the daemon, and what it hears.
struct ImportTalk {
  /// Frames in one request: with the longest frames it is half as long as a request may be.
  static let most = 500
  private static let pause: UInt32 = 100_000
  /// Passings that differ and are shown.
  private static let shown = 10
  /// How long a store that stands still is waited for, nanoseconds.
  private static let patience: Int64 = 60_000_000_000
  /// How long the forwarder is given to say what becomes of the passings, nanoseconds.
  private static let hearing: Int64 = 3_000_000_000

  let configuration: String
  let serialNumber: String?
  let zone: String?

  /// How the passings of a file stand beside those that are stored.
  struct Comparison {
    var same = 0
    var different = NumberSet()
    /// The frames of the first ones that differ.
    var examples: [(stored: String, given: String)] = []
  }

  /// What the daemon knows of a file that is to be imported.
  struct Beginning {
    /// The reader whose file it is to be.
    let serialNumber: String
    /// How many of its passings are stored.
    let stored: Int64
    /// The zone of the reader's clock.
    let zone: String
  }

  /// Asks for the reader whose file it is to be. Without the zone of its clock nothing can be imported.
  func begin(_ file: String) throws(ToolError) -> Beginning {
    let answer = try ask("import", file, [])
    guard let serialNumber = answer["serial_number"]?.string, let stored = answer["stored"]?.integer else {
      throw .otherVersion("the daemon does not say what is stored")
    }
    guard let known = answer["zone"] else {
      throw .otherVersion("the daemon does not say which time zone it would take")
    }
    guard let zone = known.string else {
      throw .control(
        .refused(
          reason: "the reader's time zone is not known: name one, e.g. --time-zone America/Mexico_City"))
    }
    return Beginning(serialNumber: serialNumber, stored: stored, zone: zone)
  }

  /// Holds passings against those that are stored.
  func compare(_ passings: [UInt32: Passing], with file: String, of serialNumber: String) throws(ToolError)
    -> Comparison
  {
    var comparison = Comparison()
    var after: Int64 = 0
    var progress = ProgressLine()
    while true {
      let page = try DaemonQuestion.ask(
        [
          "request": "passings", "file": .string(file), "serial_number": .string(serialNumber),
          "after": .integer(after),
        ], schema: PassingDocument.schema, configuration: configuration)
      for row in page["passings"]?.array ?? [] {
        guard let number = row["number"]?.integer else { continue }
        after = max(after, number)
        guard let passing = passings[UInt32(clamping: number)] else { continue }
        if row["raw"]?.string == passing.text {
          comparison.same += 1
        } else {
          comparison.different.insert(passing.number)
          if comparison.examples.count < ImportTalk.shown {
            comparison.examples.append((row["raw"]?.string ?? "?", passing.text))
          }
        }
      }
      guard page["more"]?.bool == true else { return comparison }
      progress.show("\(file): compared up to number \(after)")
    }
  }

  /// Hands over passings, and waits until all are on disk.
  func send(_ passings: [Passing], to file: String) throws(ToolError) {
    var progress = ProgressLine()
    var next = 0
    var movedAt = SystemClock.monotonicNanoseconds
    while next < passings.count {
      let part = passings[next..<min(next + ImportTalk.most, passings.count)]
      let taken = Int(clamping: try ask("import", file, part)["taken"]?.integer ?? 0)
      guard taken >= 0, taken <= part.count else {
        throw .otherVersion("the daemon takes what it was not given")
      }
      next += taken
      progress.show("\(file): \(ProgressLine.words(Int64(next), of: Int64(passings.count)))")
      try wait(isMoving: taken > 0, since: &movedAt, file, "\(next) of \(passings.count) were taken")
    }
    var least = Int64.max
    while true {
      let unwritten = try ask("import", file, [])["unwritten"]?.integer ?? 0
      if unwritten == 0 { return }
      progress.show("\(file): \(unwritten) not yet on disk")
      try wait(isMoving: unwritten < least, since: &movedAt, file, "\(unwritten) are not on disk yet")
      least = min(least, unwritten)
      usleep(ImportTalk.pause)
    }
  }

  /// The file in the ledger, once the forwarder has said what becomes of it.
  func standing(_ file: String, of serialNumber: String) throws(ToolError) -> JSONValue {
    let end = SystemClock.monotonicNanoseconds + ImportTalk.hearing
    while true {
      let ledger = try DaemonQuestion.ask(
        ["request": "ledger"], schema: LedgerDocument.schema, configuration: configuration)
      let row = (ledger["files"]?.array ?? []).first {
        $0["file"]?.string == file && $0["serial_number"]?.string == serialNumber
      }
      let isSaid = row?["waiting"]?.integer == 0 || row?["hold"]?.string != nil
      if isSaid || SystemClock.monotonicNanoseconds > end { return row ?? .null }
      usleep(ImportTalk.pause)
    }
  }

  private func wait(
    isMoving: Bool, since movedAt: inout Int64, _ file: String, _ state: String
  ) throws(ToolError) {
    let now = SystemClock.monotonicNanoseconds
    if isMoving {
      movedAt = now
      return
    }
    guard now - movedAt < ImportTalk.patience else {
      throw .stalled(
        "the daemon's store does not go on (one4allctl status says why); of \(file) \(state). Import it again"
          + " later: nothing is sent twice")
    }
    usleep(ImportTalk.pause)
  }

  private func ask(_ name: String, _ file: String, _ passings: ArraySlice<Passing>) throws(ToolError)
    -> JSONValue
  {
    var request = JSONObject([
      .init(name: "request", value: .string(name)), .init(name: "file", value: .string(file)),
    ])
    if let serialNumber { request["serial_number"] = .string(serialNumber) }
    if let zone { request["zone"] = .string(zone) }
    if !passings.isEmpty { request["passings"] = .array(passings.map { .string($0.text) }) }
    return try DaemonQuestion.ask(.object(request), configuration: configuration)
  }
}
