import AgentCore
public import JSONDocument

/// The ledger for a person: whether every passing is accounted for, in its first line.
public struct LedgerPage: Sendable {
  /// The most columns: a terminal has 80.
  public static let width = 80

  private let ledger: JSONValue
  private let width: Int

  /// The page of a document as docs/control.md describes it. What is missing in it shows as 0.
  /// - Parameter width: columns of the terminal; with fewer than 80 every file takes more lines.
  public init(_ ledger: JSONValue, width: Int = LedgerPage.width) {
    self.ledger = ledger
    self.width = min(max(width, TerminalText.narrowest), LedgerPage.width)
  }

  /// The page, each line ending in a newline.
  /// - Parameter isColoured: whether the terminal wants colours.
  public func text(isColoured: Bool) -> String {
    lines.flatMap { $0.wrapped(width: width, indent: 6) }
      .map { $0.rendered(width: width, isColoured: isColoured) + "\n" }.joined()
  }

  /// Whether the sums add up, and the daemon says that the passings are well.
  public var isWell: Bool { addsUp && ledger["well"]?.bool == true }

  private var isNarrow: Bool { width < LedgerPage.width }
  private var total: JSONValue { ledger["total"] ?? .null }
  private var files: [JSONValue] { ledger["files"]?.array ?? [] }
  private var causes: [JSONValue] { ledger["causes"]?.array ?? [] }

  private func passings(_ count: Int64) -> String { count == 1 ? "1 passing" : "\(count) passings" }

  private var addsUp: Bool {
    ([total] + files).allSatisfy {
      count($0, "stored") == count($0, "acknowledged") + count($0, "waiting") + count($0, "rejected")
    }
  }

  private func count(_ value: JSONValue, _ name: String) -> Int64 { value[name]?.count ?? 0 }

  /// A count over the files of which it is an alarm.
  private func present(_ name: String) -> Int64 {
    files.filter { $0["present"]?.bool != false }.reduce(0) { $0 + count($1, name) }
  }

  private var lines: [TerminalLine] {
    var lines = [headline, TerminalLine(sums)]
    if let hold = ledger["hold"]?.string { lines.append(TerminalLine("Nothing is sent: \(hold)", .bad)) }
    if ledger["forward"]?.bool == false {
      lines.append(TerminalLine("Nothing is sent: the configuration says forward = no", .doubtful))
    }
    let doubtful = count(total, "doubtful")
    if doubtful > 0 {
      lines.append(TerminalLine("Doubtful frames kept aside: \(doubtful)", .faint))
    }
    guard !files.isEmpty else { return lines + [TerminalLine("No session file yet.")] }
    lines.append(TerminalLine())
    if !isNarrow { lines.append(TerminalLine(head, .faint)) }
    let readers = readers
    for reader in readers {
      if readers.count > 1 { lines.append(TerminalLine("Reader \(reader)")) }
      lines += files.filter { $0["serial_number"]?.string ?? "" == reader }.flatMap(rows)
    }
    return lines
  }

  /// The readers of the files, in the order of their first file.
  private var readers: [String] {
    var readers: [String] = []
    for file in files {
      let reader = file["serial_number"]?.string ?? ""
      if !readers.contains(reader) { readers.append(reader) }
    }
    return readers
  }

  private func isCause(_ events: EventName...) -> Bool {
    causes.contains { cause in events.contains { $0.rawValue == cause["event"]?.string } }
  }

  private func message(of event: EventName) -> String? {
    causes.first { $0["event"]?.string == event.rawValue }?["message"]?.string
  }

  /// The worst of what keeps passings from being well; else what is still to come.
  private var headline: TerminalLine {
    guard addsUp else { return TerminalLine("THE LEDGER DOES NOT ADD UP: report this", .bad) }
    if isCause(.passingsLost) {
      return TerminalLine("LOST: \(passings(present("lost"))) that the reader made and has no more", .bad)
    }
    if let message = message(of: .passingsWrong) {
      return TerminalLine("WRONG IN THE CLOUD: \(message)", .bad)
    }
    if isCause(.cloudSessionClosed, .forwardHeld, .cloudKeyRefused) {
      let held = files.filter { $0["hold"]?.string != nil }.reduce(0) { $0 + count($1, "waiting") }
      let words = held == 1 ? "1 passing is not sent" : "\(held) passings are not sent"
      return TerminalLine("HELD: \(words), see below", .bad)
    }
    if isCause(.passingsRejected) {
      return TerminalLine(
        "\(passings(present("rejected"))) refused by the cloud: one4allctl passings --rejected", .bad)
    }
    if let cause = causes.first { return TerminalLine(cause["message"]?.string ?? "Not well", .bad) }
    let gaps = count(total, "gaps")
    if gaps > 0 { return TerminalLine("\(passings(gaps)) still to be fetched from the reader", .doubtful) }
    let waiting = count(total, "waiting")
    if waiting > 0 { return TerminalLine("Every passing is kept; still to be sent: \(waiting)", .doubtful) }
    if files.contains(where: isBad) {
      return TerminalLine("Every passing of the present event is in the cloud", .good)
    }
    return TerminalLine("Every passing is in the cloud", .good)
  }

  private func isBad(_ file: JSONValue) -> Bool {
    ["lost", "rejected", "sent_differences"].contains { count(file, $0) > 0 }
  }

  private var sums: String {
    "\(count(total, "stored")) stored = \(count(total, "acknowledged")) acknowledged + "
      + "\(count(total, "waiting")) waiting + \(count(total, "rejected")) rejected; "
      + "\(count(total, "lost")) lost"
  }

  private static let columns = [
    ("reader", "reader_count"), ("stored", "stored"), ("acked", "acknowledged"), ("waiting", "waiting"),
    ("reject", "rejected"), ("lost", "lost"), ("gaps", "gaps"),
  ]

  private var head: String {
    TerminalText.cell("  file", 24)
      + LedgerPage.columns.map { LedgerPage.right($0.0, 8) }.joined()
  }

  private func rows(_ file: JSONValue) -> [TerminalLine] {
    let name = (file["current"]?.bool == true ? "* " : "  ") + (file["file"]?.string ?? "unknown")
    let numbers = LedgerPage.columns.map { ($0.0, file[$0.1]?.integer.map { "\($0)" } ?? "?") }
    let colour: TerminalLine.Colour? = isBad(file) ? .bad : nil
    var lines: [TerminalLine] = []
    func add(_ text: String, _ colour: TerminalLine.Colour?) {
      lines.append(TerminalLine("    \(text)", colour))
    }
    if isNarrow {
      lines.append(TerminalLine(name, colour))
      // No line ends between a name and its number.
      add(numbers.map { "\($0.0)\u{A0}\($0.1)" }.joined(separator: ", "), colour)
    } else {
      let cells = numbers.map { LedgerPage.right($0.1, 8) }.joined()
      lines.append(TerminalLine(TerminalText.cell(name, 24) + cells, colour))
    }
    if let gaps = file["gap_numbers"]?.string, !gaps.isEmpty { add("to be fetched: \(gaps)", .doubtful) }
    if let lost = file["lost_numbers"]?.string, !lost.isEmpty { add("lost: \(lost)", .bad) }
    if count(file, "unconfirmed") > 0 {
      add("to be confirmed by the reader's memory: \(count(file, "unconfirmed"))", .doubtful)
    }
    if count(file, "undecided") > 0 {
      add(
        "the reader's clock had jumped, to be decided: \(count(file, "undecided")) (one4allctl release)", .bad
      )
    }
    if count(file, "mistimed") > 0 {
      add("sent with the times of a zone that was corrected since: \(count(file, "mistimed"))", .bad)
    }
    if count(file, "differences") > 0 {
      let sent = count(file, "sent_differences")
      let words = "corrected by the reader's memory: \(count(file, "differences"))"
      add(sent > 0 ? "\(words), \(sent) of them after they were sent" : words, sent > 0 ? .bad : .faint)
    }
    if count(file, "waiting") > 0 { add(waiting(file), .faint) }
    if let hold = file["hold"]?.string { add("held: \(hold)", .bad) }
    return lines
  }

  private func waiting(_ file: JSONValue) -> String {
    var words: [String] = []
    if let age = file["oldest_waiting_age_seconds"]?.number {
      words.append("the oldest waits for \(humanSpan(Duration(clampingSeconds: age)))")
    }
    // What is held is not sent at any rate.
    if file["hold"]?.string == nil, let left = file["drain_seconds"]?.number {
      words.append("all sent in about \(humanSpan(Duration(clampingSeconds: max(1, left.rounded(.up)))))")
    }
    return words.isEmpty ? "waiting" : words.joined(separator: "; ")
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
