import AgentCore
import LinuxSystem
import One4AllProtocol
import ReaderLine
import Synchronization
import TestSupport
import Testing

/// A worker and what it reports.
final class TestedLine: Sendable {
  let worker: LineWorker
  private let reports: Mailbox<LineReport>
  private let waiting = Mutex<[LineReport]>([])

  init() throws {
    let reports = try Mailbox<LineReport>(limit: 1 << 26, weight: \.memory)
    self.reports = reports
    worker = try LineWorker { reports.deliver($0) }
  }

  /// A worker that has opened that pty as opening 1.
  convenience init(on pty: TestedPty) throws {
    try self.init()
    worker.request(.open(opening: 1, options(.device(path: pty.path))))
    #expect(try next() == .opened(opening: 1, device: pty.path))
  }

  /// The next report.
  func next() throws -> LineReport {
    let deadline = Deadline()
    while true {
      let first = waiting.withLock { list -> LineReport? in
        list += reports.takeAll()
        return list.isEmpty ? nil : list.removeFirst()
      }
      if let first { return first }
      try #require(!deadline.isOver, "no report came")
      _ = try Poll.wait(for: reports.descriptor, .read, milliseconds: deadline.milliseconds)
    }
  }

  /// The next report, which must be that something was heard.
  func hears() throws -> LineReport.Reception {
    let report = try next()
    guard case .heard(_, let reception) = report else {
      Issue.record("not heard: \(report)")
      return LineReport.Reception(frames: [], byteCount: 0, sample: [], at: MonotonicTime(nanoseconds: 0))
    }
    return reception
  }

  /// The next frames, once there are so many, whatever the reads were.
  func frames(_ count: Int) throws -> [Frame] {
    var frames: [Frame] = []
    while frames.count < count {
      let reception = try hears()
      frames += reception.frames
      if reception.at == MonotonicTime(nanoseconds: 0) { return frames }
    }
    return frames
  }

  /// All that has been reported and not been looked at.
  func rest() -> [LineReport] {
    waiting.withLock { list in
      list += reports.takeAll()
      return list
    }
  }
}

/// How the tests open a line.
func options(
  _ address: PortAddress, connectTimeout: Duration = .seconds(20)
) -> LineOptions {
  LineOptions(
    address: address, baudRate: 115_200, dtr: true, rts: true, settleDelay: .zero,
    connectTimeout: connectTimeout)
}

/// A passing of that number, without its line end.
func passing(_ number: Int) -> String { "\(number);MC;02976;2019-12-12;09:02:07.295;3;4;937f6" }

/// That passing as a frame.
func frame(_ number: Int) throws -> Frame { .passing(try Passing(parsing: Array(passing(number).utf8))) }

/// What PING is answered.
let pong = Frame.reply(Reply(name: .ping, arguments: ["PONG"]))
