import AgentCore
import CSystemd
import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import ServiceManager

@Suite("The journal")
struct JournalTests {
  private let time = WallTime(milliseconds: 1_795_508_201_123)
  private let entry = LogEntry(
    .readerConnected, "One4All 5 PRO O4A-00150 on /dev/ttyUSB0",
    [.serialNumber: "O4A-00150", .port: "/dev/ttyUSB0", .event: "something else"])

  @Test("gets an entry with its registered fields and no others")
  func record() {
    #expect(
      JournalRecord(entry, identifier: "one4alld").fields == [
        "MESSAGE=One4All 5 PRO O4A-00150 on /dev/ttyUSB0", "PRIORITY=5",
        "MESSAGE_ID=6b9192940c76aee0705f99a5281fb10d", "SYSLOG_IDENTIFIER=one4alld",
        "ONE4ALL_EVENT=reader-connected", "SERIAL_NUMBER=O4A-00150", "PORT=/dev/ttyUSB0",
      ])
  }

  @Test("gets each field in a part of its own")
  func vectors() {
    let record = JournalRecord(entry, identifier: "one4alld")
    let parts = record.withVectors { vectors in
      vectors.map {
        String(decoding: UnsafeRawBufferPointer(start: $0.iov_base, count: $0.iov_len), as: UTF8.self)
      }
    }
    #expect(parts == record.fields)
  }

  @Test("cannot be made to take a field or a line that is not there")
  func unsafeText() {
    let entry = LogEntry(
      .readerForeign, "heard\nPRIORITY=0\r\u{1B}[2J\u{0}\u{202E}x\t\u{2028}é", [.reason: "a\nMESSAGE=b"])
    let fields = JournalRecord(entry, identifier: "one4alld").fields
    #expect(fields[0] == "MESSAGE=heard\\nPRIORITY=0\\r\\x1b[2J\\x00\\u{202e}x\\t\\u{2028}é")
    #expect(fields[5] == "REASON=a\\nMESSAGE=b")
    let line = LogLine.text(entry, at: time, coloured: false)
    #expect(line.hasSuffix("heard\\nPRIORITY=0\\r\\x1b[2J\\x00\\u{202e}x\\t\\u{2028}é"))
  }

  @Test("keeps entries short")
  func long() {
    let entry = LogEntry(.readerForeign, String(repeating: "é", count: 2001))
    let message = JournalRecord(entry, identifier: "one4alld").fields[0]
    #expect(message == "MESSAGE=" + String(repeating: "é", count: 2000) + "…")
  }

  @Test("never waits for whoever reads its lines, and says how many it left out")
  func unread() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let reader = Descriptor(owning: ends[0])
    let writer = Descriptor(owning: ends[1])
    let journal = Journal(level: .debug, destination: .lines(coloured: false), descriptor: writer.number)
    // A pipe takes 64 KiB.
    for _ in 0..<2000 { journal.write(entry) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
    defer { buffer.deallocate() }
    guard case .bytes(let count) = try reader.read(into: buffer) else {
      Issue.record("nothing was written")
      return
    }
    let written = buffer[..<count].count { $0 == UInt8(ascii: "\n") }
    #expect(written > 100 && written < 2000)
    journal.write(entry)
    guard case .bytes(let rest) = try reader.read(into: buffer) else { return }
    let text = String(decoding: buffer[..<rest], as: UTF8.self)
    #expect(text.hasPrefix("\(2000 - written) lines of the log were left out: nobody read them\n"))
    #expect(text.split(separator: "\n").count == 2)
    _ = consume writer
  }

  @Test("is lines for a person where there is no systemd")
  func line() {
    #expect(
      LogLine.text(entry, at: time, coloured: false)
        == "2026-11-24T08:16:41.123Z notice  reader-connected     One4All 5 PRO O4A-00150 on /dev/ttyUSB0")
    #expect(
      LogLine.text(LogEntry(.settingsReloaded, "x", priority: .warning), at: time, coloured: false)
        == "2026-11-24T08:16:41.123Z warning settings-reloaded    x")
  }

  @Test(
    "shows by colour how important a line is",
    arguments: zip(LogPriority.allCases, ["1;31", "31", "33", "1", "0", "2"]))
  func colour(_ priority: LogPriority, _ code: String) {
    let line = LogLine.text(LogEntry(.deviceAgrees, "x", priority: priority), at: time, coloured: true)
    #expect(line.contains("Z \u{1B}[\(code)m\(priority.name)"))
    #expect(line.hasSuffix("\u{1B}[0m x"))
  }

  @Test("leaves out what is less important than its level, which can be changed")
  func level() throws {
    var ends: [Int32] = [0, 0]
    try system("pipe") { pipe(&ends) }
    let output = Descriptor(owning: ends[0])
    do {
      let input = Descriptor(owning: ends[1])
      let journal = Journal(level: .notice, descriptor: input.number)
      #expect(journal.destination == .lines(coloured: false))
      journal.write(LogEntry(.deviceAgrees, "one", priority: .info))
      journal.write(LogEntry(.deviceAgrees, "two", priority: .notice))
      journal.level = .error
      #expect(journal.level == .error)
      journal.write(LogEntry(.deviceAgrees, "three", priority: .warning))
      journal.write(LogEntry(.deviceAgrees, "four", priority: .alert))
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer { buffer.deallocate() }
    guard case .bytes(let count) = try output.read(into: buffer) else {
      Issue.record("nothing was written")
      return
    }
    let text = String(decoding: buffer[..<count], as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasSuffix(" notice  device-agrees        two") == true)
    #expect(lines.last?.hasSuffix(" alert   device-agrees        four") == true)
  }

  @Test("is systemd's only when standard error really leads there")
  func stream() throws {
    var ends: [Int32] = [0, 0]
    try system("pipe") { pipe(&ends) }
    let output = Descriptor(owning: ends[0])
    let input = Descriptor(owning: ends[1])
    var status = stat()
    #expect(fstat(input.number, &status) == 0)
    let name = "\(status.st_dev):\(status.st_ino)"
    #expect(JournalStream.isConnected(input.number, to: name))
    #expect(!JournalStream.isConnected(input.number, to: "\(status.st_dev):\(status.st_ino + 1)"))
    #expect(!JournalStream.isConnected(-1, to: name))
    for other in [nil, "", ":", "1", "a:b", name + ":1"] {
      #expect(!JournalStream.isConnected(output.number, to: other))
    }
  }
}
