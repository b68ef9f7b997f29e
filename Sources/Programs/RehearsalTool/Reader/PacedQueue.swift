import LinuxSystem

/// Bytes on their way out, no faster than the line. Times are nanoseconds of a clock that never steps.
struct PacedQueue {
  /// Longest piece that is written at once, in nanoseconds of line time.
  private static let piece: Int64 = 5_000_000
  /// How far a late writer may catch up.
  private static let slack: Int64 = 20_000_000

  private let nanosecondsPerByte: Int64
  private var bytes: [UInt8] = []
  private var head = 0
  private var busyUntil: Int64 = 0

  /// - Parameter baud: bits a second, ten to a byte; nil for no limit.
  init(baud: Int?) { nanosecondsPerByte = baud.map { 10_000_000_000 / Int64($0) } ?? 0 }

  var count: Int { bytes.count - head }

  /// When the line is free for the next piece; nil when nothing waits.
  var nextDeadline: Int64? { count == 0 ? nil : busyUntil }

  mutating func append(_ more: [UInt8]) { bytes += more }

  mutating func clear() {
    bytes = []
    head = 0
  }

  /// Writes what the line has room for.
  mutating func flush(to descriptor: borrowing Descriptor, at now: Int64) throws(SystemError) {
    while count > 0 && busyUntil <= now {
      let longest = nanosecondsPerByte == 0 ? count : Int(max(1, PacedQueue.piece / nanosecondsPerByte))
      let end = head + min(count, longest)
      let transfer = try bytes.span.bytes.withUnsafeBytes { buffer throws(SystemError) in
        try descriptor.write(UnsafeRawBufferPointer(rebasing: buffer[head..<end]))
      }
      guard case .bytes(let written) = transfer else { return }
      head += written
      busyUntil = max(now - PacedQueue.slack, busyUntil) + Int64(written) * nanosecondsPerByte
      if count == 0 { clear() } else if head > 1 << 20 { compact() }
    }
  }

  private mutating func compact() {
    bytes.removeSubrange(..<head)
    head = 0
  }
}
