import Glibc
import ProgramArguments

/// Measures a pass: how long, and how many allocations.
struct Meter: Sendable {
  /// What every pass over the same input must give.
  struct Work: Equatable {
    var frames: UInt64 = 0
    var accumulated: UInt64 = 0
  }

  /// Passes go on for this long, so that short inputs are measured as well as long ones.
  private static let leastNanoseconds: Int64 = 300_000_000
  private static let fewestPasses = 5

  /// Allocations of this process so far.
  let allocationCount: @Sendable () -> UInt64

  /// Runs the pass once to warm up and then for at least 0.3 s, and prints the line. `frames` and `acc` are
  /// those of one pass. The time is the processor time of the fastest one, because whatever else the machine
  /// does only ever adds time; the allocations are those of the pass that had most.
  /// - Returns: what each pass gave.
  @discardableResult
  func measure(_ name: String, bytes: Int, _ pass: () -> Work) throws(BenchmarkError) -> Work {
    let expected = pass()
    var fastest = Int64.max
    var allocations: UInt64 = 0
    var passes = 0
    let start = Self.processorNanoseconds
    var end = start
    while passes < Self.fewestPasses || end - start < Self.leastNanoseconds {
      let allocatedBefore = allocationCount()
      let before = Self.processorNanoseconds
      let work = pass()
      end = Self.processorNanoseconds
      allocations = max(allocations, allocationCount() - allocatedBefore)
      guard work == expected else { throw .wrongResult("\(name): two passes over the same bytes differ") }
      fastest = min(fastest, end - before)
      passes += 1
    }
    let nanoseconds = Double(max(1, fastest))
    let rate = Self.decimal(Double(bytes) * 1000 / nanoseconds, places: 1)
    let each = Self.decimal(expected.frames == 0 ? 0 : nanoseconds / Double(expected.frames), places: 2)
    Output.write(
      "\(name) frames=\(expected.frames) acc=\(expected.accumulated) MB/s=\(rate) ns/frame=\(each)"
        + " allocations=\(allocations)\n")
    return expected
  }

  /// What this thread has used of the processor, without the turns of other programs.
  private static var processorNanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// A number that is not negative, rounded to so many places.
  static func decimal(_ value: Double, places: Int) -> String {
    var scale: UInt64 = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = UInt64((value * Double(scale)).rounded())
    guard places > 0 else { return "\(scaled)" }
    let fraction = "\(scaled % scale)"
    return "\(scaled / scale).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
  }
}
