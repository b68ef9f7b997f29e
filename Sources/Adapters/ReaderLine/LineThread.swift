import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol

/// What runs on the line's thread.
final class LineThread {
  /// A reply without its line end counts as whole after that long.
  private static let silence = Duration.milliseconds(200)
  /// A line that takes no bytes for so long is lost.
  private static let writeStall = Duration.seconds(5)
  /// The most that may wait to be written: commands are short, so more means that nothing goes out.
  private static let writeLimit = 65_536
  private static let readSize = 65_536
  /// So often is read from a line that takes nothing any more: all that a receive buffer can hold.
  private static let lastReads = 128

  private let inbox: LineInbox
  private let report: (LineReport) -> Void
  private var backlog: [LineRequest] = []
  private var line: OpenedLine?
  private var opening: UInt64 = 0
  /// Whether the opening under way is no longer wanted; then nothing is reported of it.
  private var isOpeningCalledOff = false
  private var framer = Framer()
  private var outgoing: [UInt8] = []
  private var lastReadAt: Int64 = 0
  private var lastWriteAt: Int64 = 0
  /// Whether what waits in the framer has been looked at since the last read.
  private var isSilenceHandled = true
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 16)
  private var poll = Poll()

  init(inbox: LineInbox, report: @escaping (LineReport) -> Void) {
    self.inbox = inbox
    self.report = report
  }

  deinit { buffer.deallocate() }

  func run() {
    var isLast = false
    while !isLast {
      // Looked at before the requests, so that all that came before the word to stop is still done.
      isLast = inbox.isStopping
      backlog += inbox.takeAll()
      while !backlog.isEmpty { handle(backlog.removeFirst()) }
      if !inbox.isStopping { turn() }
    }
    close()
  }

  private func handle(_ request: LineRequest) {
    switch request {
    case .open(let number, let options):
      guard number > opening, !inbox.isStopping else { return }
      close()
      opening = number
      open(options)
    case .close(let number): if number == opening { close() }
    case .write(let number, let bytes):
      guard number == opening, line != nil else { return }
      guard outgoing.count + bytes.count <= LineThread.writeLimit else {
        lose("nothing can be written to the line")
        return
      }
      if outgoing.isEmpty { lastWriteAt = SystemClock.monotonicNanoseconds }
      outgoing += bytes
      write()
    }
  }

  // MARK: Opening and closing

  private func open(_ options: LineOptions) {
    framer = Framer()
    isOpeningCalledOff = false
    do throws(LineFailure) {
      let opened: OpenedLine
      switch options.address {
      case .device(let path): opened = try OpenedLine.open(device: path, options)
      case .tcp(let host, let port):
        opened = try OpenedLine.open(host: host, port: port, options) { socket, milliseconds in
          isCalledOff(waitingFor: socket, milliseconds)
        }
      }
      if opened.kind == .serial && settle(options.settleDelay) { return }
      opened.flushInput()
      let device = opened.device
      line = consume opened
      isSilenceHandled = true
      report(.opened(opening: opening, device: device))
    } catch {
      if !isOpeningCalledOff { report(.failed(opening: opening, error)) }
    }
  }

  /// Waits for the port to settle.
  /// - Returns: true when the opening was called off meanwhile.
  private func settle(_ delay: Duration) -> Bool {
    let end = SystemClock.monotonicNanoseconds + delay.wholeNanoseconds
    while true {
      let left = (end - SystemClock.monotonicNanoseconds) / 1_000_000
      if left <= 0 { return false }
      if isCalledOff(waitingFor: nil, Int32(clamping: left)) { return true }
    }
  }

  /// Waits for the socket, or for a request that ends the opening under way.
  private func isCalledOff(waitingFor socket: Int32?, _ milliseconds: Int32) -> Bool {
    // It may have come together with the request to open.
    if endsOpening() { return true }
    var poll = Poll()
    poll.add(inbox.descriptor, .read)
    if let socket { poll.add(socket, .write) }
    _ = try? poll.wait(milliseconds: milliseconds)
    backlog += inbox.takeAll()
    return endsOpening()
  }

  private func endsOpening() -> Bool {
    isOpeningCalledOff =
      inbox.isStopping
      || backlog.contains { request in
        switch request {
        case .open(let number, _): number > opening
        case .close(let number): number == opening
        case .write: false
        }
      }
    return isOpeningCalledOff
  }

  private func close() {
    line = nil
    outgoing = []
  }

  private func lose(_ reason: String) {
    var frames: [Frame] = []
    framer.finish { frames.append($0) }
    if !frames.isEmpty { hear(frames, byteCount: 0, sample: []) }
    close()
    report(.failed(opening: opening, .lost(reason: reason)))
  }

  // MARK: Reading and writing

  private func turn() {
    poll.removeAll()
    poll.add(inbox.descriptor, .read)
    let place: Int?
    if line != nil {
      let number = line?.descriptor.number ?? -1
      place = poll.add(number, outgoing.isEmpty ? .read : [.read, .write])
    } else {
      place = nil
    }
    _ = try? poll.wait(milliseconds: waitMilliseconds())
    guard let place else { return }
    let readiness = poll.readiness(at: place)
    if readiness.contains(.write) { write() }
    // A hang-up is found by reading: what came before it is read first.
    if !readiness.isDisjoint(with: [.read, .hangUp, .failure]), read() == .wouldBlock,
      !readiness.isDisjoint(with: [.hangUp, .failure])
    {
      lose(line?.lossReason(nil) ?? "")
    }
    handleSilence()
    if line != nil, !outgoing.isEmpty, age(of: lastWriteAt) >= LineThread.writeStall {
      lose("nothing can be written to the line")
    }
  }

  private func waitMilliseconds() -> Int32 {
    guard line != nil else { return -1 }
    var left: [Duration] = []
    if !isSilenceHandled { left.append(LineThread.silence - age(of: lastReadAt)) }
    if !outgoing.isEmpty { left.append(LineThread.writeStall - age(of: lastWriteAt)) }
    guard let next = left.min() else { return -1 }
    return Int32(clamping: max(0, (next.wholeNanoseconds + 999_999) / 1_000_000))
  }

  private func age(of time: Int64) -> Duration { .nanoseconds(SystemClock.monotonicNanoseconds - time) }

  /// Reads once and reports what came, or that the line is lost.
  @discardableResult
  private func read() -> Descriptor.Transfer {
    guard line != nil else { return .end }
    let transfer: Descriptor.Transfer
    do throws(SystemError) { transfer = try line?.descriptor.read(into: buffer) ?? .end } catch {
      lose(line?.lossReason(error) ?? "")
      return .end
    }
    switch transfer {
    case .bytes(let count):
      lastReadAt = SystemClock.monotonicNanoseconds
      var frames: [Frame] = []
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      bytes.withMemoryRebound(to: UInt8.self) { framer.feed($0.span) { frames.append($0) } }
      isSilenceHandled = framer.pendingCount == 0
      hear(frames, byteCount: count, sample: Array(bytes.prefix(32)))
    case .wouldBlock: break
    case .end: lose(line?.lossReason(nil) ?? "")
    }
    return transfer
  }

  private func write() {
    while !outgoing.isEmpty {
      do throws(SystemError) {
        let transfer = try outgoing.span.bytes.withUnsafeBytes { bytes throws(SystemError) in
          try line?.write(bytes) ?? .wouldBlock
        }
        guard case .bytes(let count) = transfer else { return }
        outgoing.removeFirst(count)
        lastWriteAt = SystemClock.monotonicNanoseconds
      } catch {
        // What the reader said before the line broke is still there to be read.
        for _ in 0..<LineThread.lastReads {
          guard case .bytes = read() else { break }
        }
        if line != nil { lose(line?.lossReason(error) ?? "") }
        return
      }
    }
  }

  private func handleSilence() {
    guard line != nil, !isSilenceHandled, age(of: lastReadAt) >= LineThread.silence else { return }
    isSilenceHandled = true
    var frames: [Frame] = []
    framer.flushAfterSilence { frames.append($0) }
    if !frames.isEmpty { hear(frames, byteCount: 0, sample: []) }
  }

  private func hear(_ frames: [Frame], byteCount: Int, sample: [UInt8]) {
    let at = MonotonicTime(nanoseconds: lastReadAt)
    report(
      .heard(
        opening: opening,
        LineReport.Reception(
          frames: frames, byteCount: byteCount, sample: sample, at: at, pendingReply: framer.pendingReply)))
  }
}
