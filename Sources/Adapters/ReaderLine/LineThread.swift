import AgentCore
import CLinux
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
  /// What one read brings at most. One byte in ten thousand may be a frame of its own (an empty line), which is 60 times
  /// as large in memory: so much a report is larger than its bytes at worst.
  private static let readSize = 16_384
  /// So often is read from a line that takes nothing any more: all that a receive buffer can hold.
  private static let lastReads = 512
  /// So long may the reading of what had come before the stop take.
  private static let farewell = Duration.milliseconds(1500)
  /// What was said before the stop may lie in an adapter for so long; and so long at most is waited for more of it.
  private static let lastGap = Duration.milliseconds(20)
  private static let lastWait = Duration.milliseconds(100)

  private let inbox: LineInbox
  private let resolve: HostLookup.Resolver
  private let report: (LineReport) -> Bool
  private var backlog: [LineRequest] = []
  private var line: OpenedLine?
  private var opening: UInt64 = 0
  /// Whether the opening under way is no longer wanted; then nothing is reported of it.
  private var isOpeningCalledOff = false
  /// The lookup of a host's name that has had no answer yet.
  private var lookup: HostLookup?
  private var framer = Framer()
  private var outgoing: [UInt8] = []
  private var lastReadAt: Int64 = 0
  private var lastWriteAt: Int64 = 0
  /// Whether what waits in the framer has been looked at since the last read.
  private var isSilenceHandled = true
  /// What is reported finds no room: nothing is read until there is some.
  private var isHeld = false
  private var pace = ReadPace()
  /// Why nothing can be written any more. What the reader said before is still read, at most so often.
  private var broken: (error: SystemError, readsLeft: Int)?
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 16)
  private var poll = Poll()

  init(inbox: LineInbox, resolve: @escaping HostLookup.Resolver, report: @escaping (LineReport) -> Bool) {
    self.inbox = inbox
    self.resolve = resolve
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
      if inbox.takeResumed() { isHeld = false }
      if !inbox.isStopping { turn() }
    }
    readRest()
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
      guard number == opening, line != nil, broken == nil else { return }
      guard outgoing.count + bytes.count <= LineThread.writeLimit else {
        lose("nothing can be written to the line")
        return
      }
      if outgoing.isEmpty { lastWriteAt = SystemClock.monotonicNanoseconds }
      outgoing += bytes
      write()
    }
  }

  private func tell(_ message: LineReport) {
    if !report(message) { isHeld = true }
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
        opened = try OpenedLine.open(
          host: host, port: port, options,
          lookup: { () throws(SystemError) in try self.lookUp(host, port) },
          waiting: { isCalledOff(waitingFor: $0, $1, $2) })
      }
      if opened.kind == .serial && settle(options.settleDelay) { return }
      opened.flushInput()
      let device = opened.device
      line = consume opened
      isSilenceHandled = true
      tell(.opened(opening: opening, device: device))
    } catch {
      if !isOpeningCalledOff { tell(.failed(opening: opening, error)) }
    }
  }

  /// One that was given up and has no answer yet is taken up again.
  private func lookUp(_ host: String, _ port: UInt16) throws(SystemError) -> HostLookup {
    if let lookup, lookup.host == host, lookup.port == port, lookup.found == nil { return lookup }
    let new = try HostLookup(host, port, resolve)
    lookup = new
    return new
  }

  /// Waits for the port to settle.
  /// - Returns: true when the opening was called off meanwhile.
  private func settle(_ delay: Duration) -> Bool {
    let end = SystemClock.monotonicNanoseconds + delay.wholeNanoseconds
    while true {
      let left = (end - SystemClock.monotonicNanoseconds) / 1_000_000
      if left <= 0 { return false }
      if isCalledOff(waitingFor: nil, .read, Int32(clamping: left)) { return true }
    }
  }

  /// Waits for a descriptor, or for a request that ends the opening under way.
  private func isCalledOff(
    waitingFor descriptor: Int32?, _ readiness: Poll.Readiness, _ milliseconds: Int32
  ) -> Bool {
    // It may have come together with the request to open.
    if endsOpening() { return true }
    var poll = Poll()
    poll.add(inbox.descriptor, .read)
    if let descriptor { poll.add(descriptor, readiness) }
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
    broken = nil
  }

  private func lose(_ reason: String) {
    finishFrames()
    close()
    tell(.failed(opening: opening, .lost(reason: reason)))
  }

  private func finishFrames() {
    var frames: [Frame] = []
    framer.finish { frames.append($0) }
    if !frames.isEmpty { hear(frames, byteCount: 0, sample: []) }
  }

  /// What had come before the stop is still read and reported, as far as somebody takes it.
  private func readRest() {
    guard line != nil else { return }
    let end = SystemClock.monotonicNanoseconds + LineThread.farewell.wholeNanoseconds
    let lastGapEnd = SystemClock.monotonicNanoseconds + LineThread.lastWait.wholeNanoseconds
    var left = Int(one4all_bytes_waiting(line?.descriptor.number ?? -1))
    while line != nil {
      if left <= 0 {
        guard SystemClock.monotonicNanoseconds < lastGapEnd, isMoreComing() else { break }
        left = Int(one4all_bytes_waiting(line?.descriptor.number ?? -1))
        if left <= 0 { break }
      }
      let milliseconds = (end - SystemClock.monotonicNanoseconds) / 1_000_000
      guard milliseconds > 0 else {
        lose("the agent ends, and \(left) bytes of what the reader said were not read")
        return
      }
      if inbox.takeResumed() { isHeld = false }
      if isHeld {
        _ = try? Poll.wait(for: inbox.descriptor, .read, milliseconds: Int32(clamping: milliseconds))
        _ = inbox.takeAll()
        continue
      }
      guard case .bytes(let count) = read() else { break }
      left -= count
    }
    if line != nil { finishFrames() }
  }

  private func isMoreComing() -> Bool {
    guard let number = line?.descriptor.number else { return false }
    let ready = try? Poll.wait(
      for: number, .read, milliseconds: Int32(LineThread.lastGap.wholeMilliseconds))
    return ready.map { !$0.isEmpty } ?? false
  }

  // MARK: Reading and writing

  private func turn() {
    poll.removeAll()
    poll.add(inbox.descriptor, .read)
    let place = addLine()
    _ = try? poll.wait(milliseconds: waitMilliseconds())
    if let broken, !isHeld { return readLast(broken) }
    if let place { serve(poll.readiness(at: place)) }
    if !isHeld { handleSilence() }
    if line != nil, !outgoing.isEmpty, age(of: lastWriteAt) >= LineThread.writeStall {
      lose("nothing can be written to the line")
    }
  }

  private var mayRead: Bool { !isHeld && pace.wait(at: SystemClock.monotonicNanoseconds) == 0 }

  /// A line that is neither read from nor written to now is left out: that its other end is gone would keep the loop
  /// spinning.
  private func addLine() -> Int? {
    guard line != nil, broken == nil else { return nil }
    var wanted: Poll.Readiness = []
    if mayRead { wanted.insert(.read) }
    if !outgoing.isEmpty { wanted.insert(.write) }
    return wanted.isEmpty ? nil : poll.add(line?.descriptor.number ?? -1, wanted)
  }

  private func serve(_ readiness: Poll.Readiness) {
    if readiness.contains(.write) { write() }
    // A hang-up is found by reading: what came before it is read first.
    let isOver = !readiness.isDisjoint(with: [.hangUp, .failure])
    guard isOver || readiness.contains(.read), mayRead, broken == nil else { return }
    if read() == .wouldBlock, isOver { lose(line?.lossReason(nil) ?? "") }
  }

  private func readLast(_ last: (error: SystemError, readsLeft: Int)) {
    if case .bytes = read() {
      broken?.readsLeft -= 1
      if last.readsLeft > 1 { return }
    }
    if line != nil { lose(line?.lossReason(last.error) ?? "") }
  }

  private func waitMilliseconds() -> Int32 {
    guard line != nil else { return -1 }
    var left: [Duration] = []
    if broken != nil, !isHeld { return 0 }
    if !isHeld {
      let now = SystemClock.monotonicNanoseconds
      let wait = pace.wait(at: now)
      if wait > 0 {
        left.append(.nanoseconds(wait))
      } else if !isSilenceHandled {
        left.append(LineThread.silence - age(of: lastReadAt))
      }
    }
    if !outgoing.isEmpty { left.append(LineThread.writeStall - age(of: lastWriteAt)) }
    guard let next = left.min() else { return -1 }
    return Int32(clamping: max(0, next.wholeNanoseconds.saturatingAdd(999_999) / 1_000_000))
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
      pace.note(count, at: lastReadAt)
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
        outgoing = []
        broken = (error, LineThread.lastReads)
      }
    }
  }

  private func handleSilence() {
    guard line != nil, !isSilenceHandled, age(of: lastReadAt) >= LineThread.silence else { return }
    // Bytes that wait for their turn are no silence.
    if pace.wait(at: SystemClock.monotonicNanoseconds) > 0 { return }
    isSilenceHandled = true
    var frames: [Frame] = []
    framer.flushAfterSilence { frames.append($0) }
    if !frames.isEmpty { hear(frames, byteCount: 0, sample: []) }
  }

  private func hear(_ frames: [Frame], byteCount: Int, sample: [UInt8]) {
    let at = MonotonicTime(nanoseconds: lastReadAt)
    tell(
      .heard(
        opening: opening,
        LineReport.Reception(
          frames: frames, byteCount: byteCount, sample: sample, at: at, pendingReply: framer.pendingReply)))
  }
}
