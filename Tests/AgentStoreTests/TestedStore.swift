import AgentCore
import AgentStore
import Glibc
import LinuxSystem
import Synchronization
import Testing

/// A worker and what it has reported.
final class TestedStore: Sendable {
  private final class Reports: Sendable {
    let list = Mutex<[StoreReport]>([])
    let wakeUp: WakeUp
    init() throws { wakeUp = try WakeUp() }
  }

  private let reports: Reports
  let worker: StoreWorker

  init(_ directory: String, busyTimeout: Int32 = 5000) throws {
    let reports = try Reports()
    self.reports = reports
    worker = try StoreWorker(directory: directory, busyTimeout: busyTimeout) { report in
      reports.list.withLock { $0.append(report) }
      reports.wakeUp.call()
    }
  }

  deinit { worker.stop() }

  /// The first reports, once there are that many.
  func reports(_ count: Int) throws -> [StoreReport] {
    let end = SystemClock.monotonicNanoseconds + 30_000_000_000
    while true {
      let list = reports.list.withLock { $0 }
      if list.count >= count { return list }
      let left = (end - SystemClock.monotonicNanoseconds) / 1_000_000
      try #require(left > 0, "only \(list.count) of \(count) reports came")
      _ = try Poll.wait(for: reports.wakeUp.descriptor, .read, milliseconds: Int32(left))
      reports.wakeUp.clear()
    }
  }

  /// Sends a request and waits for its report.
  func report(_ request: StoreRequest) throws -> StoreReport {
    let before = reports.list.withLock { $0.count }
    worker.send(request)
    return try reports(before + 1)[before]
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
