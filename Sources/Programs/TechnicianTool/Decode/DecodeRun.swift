import LinuxSystem
import ProgramArguments

/// The recordings of one call, one after the other.
struct DecodeRun {
  private static let chunkSize = 1 << 16

  private let zone: DecodeZone
  private var writer: PassingWriter
  private var summaries: [RecordingSummary] = []
  private var isInputMissing = false
  private var isEmpty = false
  private var hasReadInput = false
  /// Whether each passing says which recording it is of.
  private let namesFiles: Bool

  /// - Parameter namesFiles: whether each passing says which recording it is of, in csv and json.
  init(format: PassingWriter.Format, zone: DecodeZone, namesFiles: Bool) {
    self.zone = zone
    self.namesFiles = namesFiles
    writer = PassingWriter(format)
    if namesFiles { writer.file = "" }
    if format == .csv { writer.writeHeader() }
  }

  /// Decodes a file, or standard input for `-`. That it cannot be read is told and remembered.
  mutating func decode(_ file: String) throws(ToolError) {
    let name = file == "-" ? "stdin" : file
    if namesFiles { writer.file = name }
    var decoding = RecordingDecoding(name: name, zone: zone.zone)
    do throws(SystemError) {
      let input = file == "-" ? InputFile.standardInput : try InputFile(path: file)
      try read(input, &decoding)
    } catch {
      if error.operation == "write" { throw .output(error) }
      isInputMissing = true
      Output.complain("one4allctl: \(name): \(error.reason)\n")
      // What came before it could not be read any further is decoded all the same.
      if decoding.isEmpty { return }
    }
    decoding.finish(to: &writer)
    // Named once more, standard input has been read already.
    let isAgain = file == "-" && hasReadInput
    hasReadInput = hasReadInput || file == "-"
    if decoding.isBlank, !isAgain {
      isEmpty = true
      Output.complain("one4allctl: \(TerminalText.safe(name)) is empty: was it copied whole?\n")
    }
    do throws(SystemError) { try flush(&decoding) } catch { throw .output(error) }
    summaries.append(decoding.summary)
  }

  /// Writes the summary.
  /// - Returns: what the call came to.
  mutating func finish() throws(ToolError) -> ExitCode {
    let hasRows = summaries.contains { $0.passings + $0.tests > 0 }
    var text = summaries.map(\.text).joined()
    if summaries.count > 1 { text += RecordingSummary.total(summaries) }
    if hasRows, let note = zone.note(isUTCMissing: summaries.contains { $0.withoutUTC > 0 }) { text += note }
    do throws(SystemError) {
      switch writer.format {
      case .table: try StandardStream.output.write(writer.buffer + Array(((hasRows ? "\n" : "") + text).utf8))
      case .csv, .json:
        try StandardStream.output.write(writer.buffer)
        Output.complain(text)
      }
    } catch { throw .output(error) }
    if isInputMissing { return .noInput }
    return isEmpty || summaries.contains { $0.malformed > 0 } ? .dataError : .success
  }

  private mutating func read(
    _ input: borrowing InputFile, _ decoding: inout RecordingDecoding
  ) throws(SystemError) {
    var chunk = [UInt8](repeating: 0, count: Self.chunkSize)
    while true {
      let count = try input.read(into: &chunk)
      if count == 0 { return }
      decoding.feed(chunk.span.extracting(0..<count), to: &writer)
      // A short read is all that there is now: whoever watches a pipe sees it at once.
      let isAll = count < Self.chunkSize
      if isAll || writer.buffer.count >= Self.chunkSize || decoding.hasComplaints { try flush(&decoding) }
    }
  }

  private mutating func flush(_ decoding: inout RecordingDecoding) throws(SystemError) {
    try StandardStream.output.write(writer.buffer)
    writer.buffer.removeAll(keepingCapacity: true)
    Output.complain(decoding.takeComplaints())
  }
}
