import AgentCore
import AgentStore
import Glibc
import LinuxSystem

/// The store as the daemon uses it: its thread, one capture under way at a time, the next one when the answer says that
/// the last is on the disk.
final class MeasuredStore {
  private let worker: StoreWorker
  private let reports: Mailbox<PassingReport>
  /// Numbers up to this one are stored.
  private(set) var count: UInt32 = 0

  /// A new store in that folder, with the settings that a daemon has by default.
  init(folder: String) throws(BenchmarkError) {
    do throws(SystemError) { reports = try Mailbox<PassingReport>(limit: 1 << 20) } catch {
      throw .system(error)
    }
    do throws(StoreError) {
      let reports = reports
      worker = try StoreWorker(
        directory: folder, options: StoreOptions(StoreSettings()), passings: { reports.post($0) },
        report: { _ in })
    } catch { throw .store(error) }
  }

  /// Writes what is open and closes the database.
  func close() { worker.stop() }

  /// Keeps passings behind those that are there, in batches.
  /// - Returns: what it took from the request to the answer, without the making of the passings.
  @discardableResult
  func add(_ passings: Int, batch size: Int) throws(BenchmarkError) -> Usage {
    var usage = Usage()
    let end = count + UInt32(passings)
    while count < end {
      let last = min(end, count + UInt32(size))
      let batch = FieldOfPassings.passings(count + 1...last)
      let before = Usage.now
      guard worker.send(.capture(FieldOfPassings.key, batch)) else {
        throw .wrongResult("the store takes no request")
      }
      let report = try answer()
      usage += Usage.now - before
      guard case .captured(let result) = report, result.added.count == batch.count else {
        throw .wrongResult("passings \(count + 1) to \(last) were not stored: \(report)")
      }
      count = last
    }
    return usage
  }

  private func answer() throws(BenchmarkError) -> PassingReport {
    while true {
      if let report = reports.takeAll().first { return report }
      do throws(SystemError) {
        guard try !Poll.wait(for: reports.descriptor, .read, milliseconds: 60_000).isEmpty else {
          throw SystemError("wait for the store", number: ETIMEDOUT)
        }
      } catch { throw .system(error) }
    }
  }
}

/// What something has cost: time of the wall and of the processor, in nanoseconds.
struct Usage {
  var wall: Int64 = 0
  var processor: Int64 = 0

  /// Of this process, since some time.
  static var now: Usage {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Usage(
      wall: SystemClock.monotonicNanoseconds,
      processor: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  static func - (left: Usage, right: Usage) -> Usage {
    Usage(
      wall: left.wall - right.wall, processor: left.processor - right.processor)
  }

  static func += (left: inout Usage, right: Usage) {
    left.wall += right.wall
    left.processor += right.processor
  }

  /// Bytes that this process has had written to a disk so far; 0 where the kernel does not count them.
  static var writtenBytes: Int64 {
    let text = String(decoding: (try? Files.read("/proc/self/io")) ?? [], as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("write_bytes:") }
    return line?.split(separator: " ").last.flatMap { Int64($0) } ?? 0
  }
}
