import Glibc
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

/// What /proc says of a process.
private struct Usage {
  /// The most that it ever held in memory, in bytes.
  let peak: Int
  /// CPU time so far, in seconds.
  let cpu: Double

  init(of process: Int32) {
    let status = String(decoding: (try? Files.read("/proc/\(process)/status")) ?? [], as: UTF8.self)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    peak = line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 << 10 } ?? .max
    let stat = String(decoding: (try? Files.read("/proc/\(process)/stat")) ?? [], as: UTF8.self)
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    let ticks = fields.count > 12 ? (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0) : 0
    cpu = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}

extension Field {
  fileprivate var usage: Usage { Usage(of: daemon?.processID ?? 0) }
}

@Suite("What comes from outside", .serialized, .timeLimit(.minutes(20)))
struct BoundsTests {
  /// Bytes that the daemon may hold at its worst; a sanitizer's own memory is not the daemon's.
  private static let memoryLimit = Deadline.patience == 1 ? 64 << 20 : 1 << 30

  enum Flood: String, CaseIterable, CustomTestStringConvertible {
    case passings, doubtful, garbage, emptyLines, endlessLine, replies, longLists, longReplies
    var testDescription: String { rawValue }

    var piece: @Sendable (Int) -> [UInt8] {
      switch self {
      case .passings:
        return { piece in
          Array((1...2000).map { Peer.passing(piece * 2000 + $0) }.joined().utf8)
        }
      case .doubtful:
        return { piece in
          Array((1...2000).map { Peer.passing((piece * 2000 + $0) * 7 % 100_000_000 + 1000) }.joined().utf8)
        }
      case .garbage:
        return { piece in Array((1...4000).map { "noise \(piece) \($0 * 7919)\n" }.joined().utf8) }
      case .emptyLines: return { _ in [UInt8](repeating: 0x0A, count: 100_000) }
      case .endlessLine: return { _ in [UInt8](repeating: UInt8(ascii: "7"), count: 100_000) }
      case .replies: return { _ in Array(String(repeating: "PING;PONG\r\nSTOP;OK\r\n", count: 5000).utf8) }
      case .longLists:
        let names = (0..<2400).map { "20250115-\(100_000 + $0 / 60 * 100 + $0 % 60).csv;" }
        let list = "LISTFILES;" + names.joined() + "\r\n"
        return { _ in Array(String(repeating: list, count: 3).utf8) }
      case .longReplies:
        let reply = "GETSTATUS" + String(repeating: ";", count: 4000) + "\r\n"
        return { _ in Array(String(repeating: reply, count: 25).utf8) }
      }
    }
  }

  @Test(
    "at the speed of the machine takes bounded memory and time, and whoever asks gets an answer",
    arguments: Flood.allCases)
  func flood(_ flood: Flood) throws {
    let field = try Field()
    let peer = try Peer(Peer.Speech(piece: flood.piece))
    field.configure(port: "tcp://127.0.0.1:\(peer.port)")
    try field.start()
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    let before = field.usage
    let began = SystemClock.monotonicNanoseconds
    peer.speak()
    var slowest: Int64 = 0
    while SystemClock.monotonicNanoseconds < began + 1_000_000_000 {
      let asked = SystemClock.monotonicNanoseconds
      #expect(field.status["reader"] != nil, "the daemon answers all the while")
      slowest = max(slowest, SystemClock.monotonicNanoseconds - asked)
    }
    let seconds = Double(SystemClock.monotonicNanoseconds - began) / 1e9
    let usage = field.usage
    print(
      "flood \(flood.rawValue): \(peer.sent >> 20) MiB in \(Int(seconds)) s, peak \(usage.peak >> 20) MiB,"
        + " CPU \(Int((usage.cpu - before.cpu) / seconds * 100)) %, slowest answer \(slowest / 1_000_000) ms")
    #expect(usage.peak <= BoundsTests.memoryLimit)
    // Both cores all the time would be 2.
    #expect(Double(slowest) < 4e9 * Deadline.patience)
    // What was heard is stored first; where that takes a slow build more than 8 s, it says so with 71 and ends.
    let code = field.stop()
    #expect(code == 0 || (Deadline.patience > 1 && code == 71))
  }

  @Test("What the reader has said before SIGTERM is stored, whether it was read by then or not")
  func lastWords() throws {
    let field = try Field()
    // So much a kernel takes for a program that reads nothing.
    let count = 1000
    let moment = Peer.moment()
    // Number 1 alone first: before the reader has named the file of that one, all that follows waits.
    let peer = try Peer(
      Peer.Speech { piece in
        switch piece {
        case 0: Array(Peer.passing(1, at: moment).utf8)
        case 2: Array((2...count).map { Peer.passing($0, at: moment) }.joined().utf8)
        default: []
        }
      })
    field.configure(port: "tcp://127.0.0.1:\(peer.port)")
    try field.start()
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    #expect(eventually { peer.asked.contains("PASSINGS") })
    peer.speak()
    #expect(eventually { !peer.isSpeaking })
    #expect(field.waits { $0["passings"]?["stored"]?.integer == 1 })
    peer.speak()
    #expect(eventually { !peer.isSpeaking })
    #expect(field.stop() == 0)
    let backup = field.text("state/backup/\(Peer.serialNumber)/\(Peer.file)")
    #expect(backup.split(separator: "\r\n").count == count)
  }
}
