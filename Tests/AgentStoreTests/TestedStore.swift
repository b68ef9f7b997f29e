import AgentCore
import AgentStore
import Glibc
import LinuxSystem
import Synchronization
import TestSupport
import Testing

/// A worker and what it has reported.
final class TestedStore: Sendable {
  private final class Heard<Word: Sendable>: Sendable {
    private let list = Mutex<[Word]>([])
    private let wakeUp: WakeUp

    init() throws { wakeUp = try WakeUp() }

    func add(_ word: Word) {
      list.withLock { $0.append(word) }
      wakeUp.call()
    }

    var all: [Word] { list.withLock { $0 } }

    /// What was heard, once the condition is true of it.
    func wait(_ what: String, until condition: ([Word]) -> Bool) throws -> [Word] {
      let deadline = Deadline()
      while true {
        let words = all
        if condition(words) { return words }
        try #require(!deadline.isOver, "waited for \(what), and there are only \(words.count)")
        _ = try Poll.wait(for: wakeUp.descriptor, .read, milliseconds: deadline.milliseconds)
        wakeUp.clear()
      }
    }
  }

  private let heard: Heard<StoreReport>
  private let heardPassings: Heard<PassingReport>
  private let heardNotices: Heard<StoreNotice>
  let worker: StoreWorker

  convenience init(_ directory: String, busyTimeout: Int32 = 5000) throws {
    try self.init(directory, options: StoreOptions(busyTimeout: busyTimeout))
  }

  init(_ directory: String, options: StoreOptions) throws {
    let heard = try Heard<StoreReport>()
    let heardPassings = try Heard<PassingReport>()
    let heardNotices = try Heard<StoreNotice>()
    self.heard = heard
    self.heardPassings = heardPassings
    self.heardNotices = heardNotices
    worker = try StoreWorker(
      directory: directory, options: options, passings: { heardPassings.add($0) },
      notice: { heardNotices.add($0) }, report: { heard.add($0) })
  }

  /// The first reports, once there are that many.
  func reports(_ count: Int) throws -> [StoreReport] {
    try heard.wait("\(count) reports") { $0.count >= count }
  }

  /// The first reports about passings, once there are that many.
  func passingReports(_ count: Int) throws -> [PassingReport] {
    try heardPassings.wait("\(count) reports about passings") { $0.count >= count }
  }

  /// Sends a request and waits for its report.
  func report(_ request: StoreRequest) throws -> StoreReport {
    let before = heard.all.count
    worker.send(request)
    return try reports(before + 1)[before]
  }

  /// Sends a request about passings and waits for its report.
  @discardableResult
  func report(_ request: PassingRequest) throws -> PassingReport {
    let before = heardPassings.all.count
    worker.send(request)
    return try passingReports(before + 1)[before]
  }

  /// The first notice that something can be made of.
  func notice<Value>(_ what: String, _ value: (StoreNotice) -> Value?) throws -> Value {
    let notices = try heardNotices.wait(what) { $0.contains { value($0) != nil } }
    return try #require(notices.lazy.compactMap(value).first)
  }

  /// What there was to tell until now.
  var notices: [StoreNotice] { heardNotices.all }

  /// All that waits of a file.
  func waiting(_ key: FileKey) throws -> [WaitingPassing] {
    guard case .waiting(_, _, let waiting) = try report(.readWaiting(key, after: 0, limit: .max / 2)) else {
      return []
    }
    return waiting
  }

  /// What is stored of a file.
  func contents(_ key: FileKey) throws -> FileContents {
    let report = try report(.openFile(key))
    guard case .fileOpened(let contents) = report else {
      Issue.record("\(report)")
      return FileContents(summary: FileSummary(key: key))
    }
    return contents
  }
}

let cloud = "https://cloud.example/v0"

func binding(_ number: Int, deviceid: String = "", cloud: String = cloud, lastSeen: Int64? = nil)
  -> DeviceBinding
{
  let digits = String(number)
  let serialNumber = "O4A-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  return DeviceBinding(
    cloud: cloud, serialNumber: serialNumber,
    deviceid: deviceid.isEmpty ? String(repeating: "\(number % 10)", count: 64) : deviceid,
    boundAt: WallTime(milliseconds: 1_795_000_000_000 + Int64(number)),
    lastSeen: lastSeen.map { WallTime(milliseconds: $0) })
}
