import AgentCore
public import JSONDocument

/// The ledger for a person: whether every passing is accounted for, in its first line.
public struct LedgerPage: Sendable {
  private static let width = 80
  private let ledger: JSONValue

  /// The page of a document as docs/control.md describes it. What is missing in it shows as 0.
  public init(_ ledger: JSONValue) { self.ledger = ledger }

  /// The page, each line ending in a newline.
  /// - Parameter isColoured: whether the terminal wants colours.
  public func text(isColoured: Bool) -> String {
    lines.map { $0.rendered(width: LedgerPage.width, isColoured: isColoured) + "\n" }.joined()
  }

  /// Whether the sums add up, nothing is lost, refused or different from the reader's memory.
  public var isWell: Bool {
    addsUp && ["lost", "rejected", "sent_differences"].allSatisfy { count(total, $0) == 0 }
  }

  private var total: JSONValue { ledger["total"] ?? .null }
  private var files: [JSONValue] { ledger["files"]?.array ?? [] }

  private func passings(_ count: Int64) -> String { count == 1 ? "1 passing" : "\(count) passings" }

  private var addsUp: Bool {
    ([total] + files).allSatisfy {
      count($0, "stored") == count($0, "acknowledged") + count($0, "waiting") + count($0, "rejected")
    }
  }

  private func count(_ value: JSONValue, _ name: String) -> Int64 { value[name]?.integer ?? 0 }

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
    lines += [TerminalLine(), TerminalLine(head, .faint)]
    return lines + files.flatMap(rows)
  }

  private var headline: TerminalLine {
    guard addsUp else { return TerminalLine("THE LEDGER DOES NOT ADD UP: report this", .bad) }
    let lost = count(total, "lost")
    if lost > 0 {
      return TerminalLine("LOST: \(passings(lost)) that the reader made and has no more", .bad)
    }
    if count(total, "sent_differences") > 0 {
      return TerminalLine(
        "\(passings(count(total, "sent_differences"))) sent otherwise than in the reader's memory", .bad)
    }
    if count(total, "rejected") > 0 {
      return TerminalLine(
        "\(passings(count(total, "rejected"))) refused by the cloud: one4allctl passings --rejected", .bad)
    }
    let gaps = count(total, "gaps")
    if gaps > 0 { return TerminalLine("\(passings(gaps)) still to be fetched from the reader", .doubtful) }
    let waiting = count(total, "waiting")
    if waiting > 0 { return TerminalLine("Every passing is kept; still to be sent: \(waiting)", .doubtful) }
    return TerminalLine("Every passing is in the cloud", .good)
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
    let mark = file["current"]?.bool == true ? "* " : "  "
    let numbers = LedgerPage.columns.map { column in
      LedgerPage.right(file[column.1]?.integer.map { "\($0)" } ?? "?", 8)
    }
    let isBad = count(file, "lost") > 0 || count(file, "rejected") > 0 || count(file, "sent_differences") > 0
    let name = file["file"]?.string ?? "unknown"
    var lines = [
      TerminalLine(TerminalText.cell(mark + name, 24) + numbers.joined(), isBad ? .bad : nil)
    ]
    func add(_ text: String, _ colour: TerminalLine.Colour?) {
      lines.append(TerminalLine("    \(text)", colour))
    }
    if let gaps = file["gap_numbers"]?.string, !gaps.isEmpty { add("to be fetched: \(gaps)", .doubtful) }
    if let lost = file["lost_numbers"]?.string, !lost.isEmpty { add("lost: \(lost)", .bad) }
    if count(file, "unconfirmed") > 0 {
      add("to be confirmed by the reader's memory: \(count(file, "unconfirmed"))", .doubtful)
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
      words.append("the oldest waits for \(humanSpan(.milliseconds(Int64(age * 1000))))")
    }
    if let left = file["drain_seconds"]?.number {
      words.append("all sent in about \(humanSpan(.seconds(max(1, Int64(left.rounded(.up))))))")
    }
    return words.isEmpty ? "waiting" : words.joined(separator: "; ")
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
