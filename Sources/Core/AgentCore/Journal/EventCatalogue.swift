/// The registered events and fields as a page for people.
public enum EventCatalogue {
  /// docs/events.md.
  public static var markdown: String {
    var lines = [
      "# Events",
      "",
      "Every event that the agent tells the journal, and the fields that come with it. The names and the message ids do",
      "not change. This page is written from `EventName` and `JournalField`, and a test holds it against them.",
      "",
      "    journalctl -u one4alld ONE4ALL_EVENT=reader-lost     every entry of one event",
      "    journalctl -u one4alld -p warning -o verbose         what went wrong, with all fields",
      "    journalctl MESSAGE_ID=\(EventName.readerLost.messageID)   the same, whatever the unit is called",
      "",
      "Priorities are those of syslog: alert 1, error 3, warning 4, notice 5, info 6, debug 7. An entry may have",
      "another priority than its event's usual one.",
      "",
      "## Events",
      "",
      "| event | priority | what it means | what to do | MESSAGE_ID |",
      "| --- | --- | --- | --- | --- |",
    ]
    for event in EventName.allCases {
      lines.append(
        row([
          code(event.rawValue), event.priority.name, event.meaning, event.remedy, code(event.messageID),
        ]))
    }
    lines += [
      "",
      "## Fields",
      "",
      "Beside these every entry has the journal's own `MESSAGE` (one line for a person), `PRIORITY`, `MESSAGE_ID` and",
      "`SYSLOG_IDENTIFIER`.",
      "",
      "| field | what it holds |",
      "| --- | --- |",
    ]
    for field in JournalField.allCases { lines.append(row([code(field.rawValue), field.help])) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func code(_ text: String) -> String { "`\(text)`" }

  private static func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.split(separator: "|").joined(separator: "\\|") }.joined(separator: " | ") + " |"
  }
}
