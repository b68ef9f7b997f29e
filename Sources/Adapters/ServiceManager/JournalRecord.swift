import AgentCore
import CSystemd

/// An entry as the journal takes it: `NAME=value` for each field.
struct JournalRecord {
  /// In this order: message, priority, message id, identifier, event, then the entry's own fields as they are
  /// registered.
  let fields: [String]

  /// - Parameter identifier: what the journal shows as the program's name.
  init(_ entry: LogEntry, identifier: String) {
    var fields = [
      "MESSAGE=\(SafeText.line(entry.message))",
      "PRIORITY=\(entry.priority.rawValue)",
      "MESSAGE_ID=\(entry.event.messageID)",
      "SYSLOG_IDENTIFIER=\(identifier)",
      "\(JournalField.event.rawValue)=\(entry.event.rawValue)",
    ]
    for field in JournalField.allCases where field != .event {
      if let value = entry.fields[field] { fields.append("\(field.rawValue)=\(SafeText.line(value))") }
    }
    self.fields = fields
  }

  /// Lends the fields as system calls take them, one part of memory each.
  func withVectors<Result>(_ body: ([iovec]) -> Result) -> Result {
    var content: [UInt8] = []
    var lengths: [Int] = []
    for field in fields {
      content.append(contentsOf: field.utf8)
      lengths.append(field.utf8.count)
    }
    return content.withUnsafeMutableBytes { buffer in
      var start = 0
      let vectors = lengths.map { length in
        defer { start += length }
        return iovec(iov_base: buffer.baseAddress?.advanced(by: start), iov_len: length)
      }
      return body(vectors)
    }
  }

  /// Gives the record to the journal.
  /// - Returns: whether it took it.
  func send() -> Bool { withVectors { sd_journal_sendv($0, Int32($0.count)) >= 0 } }
}
