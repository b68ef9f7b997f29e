import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol

/// The passings of one backup file, by numbering and number.
struct ImportedFile {
  private static let chunkSize = 1 << 16
  /// Largest file that is read, in bytes: 700,000 passings, which are 70 MB of memory.
  static let sizeLimit = 32 << 20
  private static let check = CheckCode("00000")

  private var complaints: LineComplaints
  /// A numbering each: where numbers begin anew there is another. Of a number that comes again the last passing
  /// counts, as in the agent's own backup.
  private(set) var sessions: [[UInt32: Passing]] = []
  /// How often a number came again.
  private(set) var repeated = 0
  private(set) var testReads = 0
  /// Forms that were met.
  private(set) var forms: [RecordingForm] = []

  private var ledger = NumberLedger(isNewestFirst: false)
  /// Records of an older reader, those that are not imported among them: so a line that was mended has its number.
  private var place: UInt32 = 0

  /// Whether there is nothing in it, or blank lines only.
  private(set) var isEmpty = true

  private init(name: String) { complaints = LineComplaints(name: name) }

  /// Reads a file, or standard input for `-`.
  static func read(_ path: String) throws(SystemError) -> ImportedFile {
    var file = ImportedFile(name: path == "-" ? "stdin" : path)
    let input = path == "-" ? InputFile.standardInput : try InputFile(path: path)
    var decoder = RecordingDecoder()
    var chunk = [UInt8](repeating: 0, count: chunkSize)
    var size = 0
    while true {
      let count = try input.read(into: &chunk)
      if count == 0 { break }
      size += count
      guard size <= sizeLimit else { throw SystemError("read", path, number: EFBIG) }
      decoder.feed(chunk.span.extracting(0..<count)) { record, place, line in
        file.take(record, place, line)
      }
    }
    decoder.finish { record, place, line in file.take(record, place, line) }
    file.forms = decoder.forms
    file.complaints.finish(isKnown: decoder.form != nil)
    return file
  }

  /// How many lines are malformed.
  var malformed: Int { complaints.count }

  /// What is wrong with its lines, unless it was said before.
  mutating func takeComplaints() -> String { complaints.take() }

  /// Why nothing of it is imported; nil when it is.
  var refusal: String? {
    if forms.contains(.cloudExport) { return "an export of the cloud: its passings are in the cloud already" }
    if forms.contains(.one4All5), forms.count > 1 {
      return "numbered passings of a One4All 5 and such without a number: divide it into files of one form"
    }
    return nil
  }

  /// Whether its passings have no number of their own.
  var isUnnumbered: Bool { !forms.isEmpty && !forms.contains(.one4All5) }

  /// The name of one of several numberings: `20191212-090155.csv`, `20191212-090155-2.csv`, …
  static func name(_ name: String, of index: Int) -> String {
    guard index > 0 else { return name }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "\(name)-\(index + 1)" }
    return "\(name[..<dot])-\(index + 1)\(name[dot...])"
  }

  private mutating func take(_ record: Record, _ place: RecordPlace, _ line: borrowing Span<UInt8>) {
    isEmpty = false
    switch record {
    case .passing(let passing):
      if ledger.take(passing.number, at: passing.localMilliseconds) || sessions.isEmpty {
        sessions.append([:])
      }
      keep(passing)
    case .older(let older):
      self.place += 1
      take(older)
    case .exported, .aside: break
    case .malformed(let fault):
      self.place += 1
      return complaints.add(fault, place, line)
    }
    complaints.recognised()
  }

  private mutating func take(_ older: OlderPassing) {
    guard case .chip(let prefix, let chip) = older.chip else {
      testReads += 1
      return
    }
    guard let time = older.localMilliseconds.flatMap(LocalDateTime.init(millisecondsSince1970:)),
      let check = Self.check,
      let passing = Passing(
        number: place, prefix: prefix, chip: chip, at: time, antenna: older.antenna, reads: older.reads,
        check: check)
    else { return }
    if sessions.isEmpty { sessions.append([:]) }
    keep(passing)
  }

  private mutating func keep(_ passing: Passing) {
    let last = sessions.count - 1
    if sessions[last].updateValue(passing, forKey: passing.number) != nil { repeated += 1 }
  }
}
