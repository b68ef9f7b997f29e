import JSONDocument
import JSONText
import LinuxSystem

/// One client of the control socket. Nothing here waits.
final class ControlConnection {
  private let descriptor: Descriptor
  private var input: [UInt8] = []
  private var output: ArraySlice<UInt8> = []
  /// The client sends no more.
  private var isInputOver = false
  /// Nothing more is read; the connection ends when the output is out.
  private var isClosing = false
  /// When the present step began: waiting for a request, receiving one, or sending its reply. Each has the same time, so
  /// that a peer that moves a byte now and then keeps nothing.
  private(set) var since: Int64
  /// A request waits because the replies of all together take their room.
  private var isDeferred = false
  /// A request that is answered when there is news, and at the latest then.
  private var waiting: (request: JSONValue, until: Int64)?
  private var place: Int?
  private(set) var isOver = false

  init(_ descriptor: consuming Descriptor, now: Int64) {
    self.descriptor = descriptor
    since = now
  }

  /// Whether anything has come from the client.
  private var hasSpoken = false

  /// From when on it gives way to another client, unless it does something.
  var givesWayAt: Int64 {
    since + nanoseconds(hasSpoken ? ControlLimits.patience : ControlLimits.silentPatience)
  }

  /// When the connection is closed, unless its present step is done by then.
  var deadline: Int64 { waiting?.until ?? since + nanoseconds(ControlLimits.idle) }

  /// Bytes of a reply that the client has not taken yet.
  var unsent: Int { output.count }

  func add(to poll: inout Poll) {
    // It goes on when others have taken their replies; a full pipe of nothing to do would only keep the loop spinning.
    if isDeferred { return }
    // Only that the client has gone is of interest.
    if waiting != nil {
      place = poll.add(descriptor.number, [])
      return
    }
    // A client whose reply is not out yet, or whose next request is here already, is not read from: what it can
    // make the daemon hold is bounded.
    let wanted: Poll.Readiness = output.isEmpty && !hasRequest ? .read : .write
    place = poll.add(descriptor.number, wanted)
  }

  /// Reads, answers at most one request, and writes.
  /// - Parameters:
  ///   - isRoom: whether there is room for another reply.
  ///   - hasNews: whether a request that waits is asked again.
  func service(
    _ poll: Poll, now: Int64, isRoom: Bool, hasNews: Bool, answer: (JSONValue, Bool) -> ControlAnswer
  ) {
    let ready = place.map { poll.readiness(at: $0) } ?? []
    place = nil
    do throws(SystemError) {
      if ready.contains(.failure) { isOver = true }
      if ready.contains(.hangUp) && !output.isEmpty { isOver = true }
      if waiting != nil && ready.contains(.hangUp) { isOver = true }
      if isOver { return }
      if let waiting {
        guard hasNews || now >= waiting.until else { return }
        guard isRoom else {
          // It is answered with the next news, or when its time is over and others have taken their replies.
          self.waiting?.until = max(waiting.until, now + nanoseconds(ControlLimits.patience))
          return
        }
        self.waiting = nil
        respond(to: waiting.request, until: waiting.until, now, answer)
      } else if !ready.isEmpty && output.isEmpty && !hasRequest {
        try read(now)
      }
      isDeferred = !isRoom && output.isEmpty && hasRequest
      if output.isEmpty && !isClosing && !isDeferred && waiting == nil { respond(now, answer) }
      try flush(now)
      if waiting != nil { return }
      let isDone = output.isEmpty && (isClosing || (isInputOver && !hasRequest))
      if isDone || now >= deadline { isOver = true }
    } catch { isOver = true }
  }

  /// Ends the connection for another one's sake; a client that waits for nothing is told.
  func giveWay(_ reason: String, now: Int64) {
    if output.isEmpty {
      reply(["error": .string(reason)])
      // Who does not take it is not waited for.
      do throws(SystemError) { try flush(now) } catch {}
    }
    isOver = true
  }

  private var hasRequest: Bool { input.contains(newline) }

  private func read(_ now: Int64) throws(SystemError) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)
    defer { chunk.deallocate() }
    while !hasRequest && input.count <= ControlLimits.request {
      switch try descriptor.read(into: chunk) {
      case .wouldBlock: return
      case .end:
        isInputOver = true
        return
      case .bytes(let count):
        if input.isEmpty { since = now }
        hasSpoken = true
        input.append(contentsOf: chunk[..<count])
      }
    }
  }

  /// - Parameter until: when it is answered whatever there is; nil while that is not known.
  private func respond(
    to request: JSONValue, until: Int64? = nil, _ now: Int64, _ answer: (JSONValue, Bool) -> ControlAnswer
  ) {
    switch answer(request, until.map { now < $0 } ?? true) {
    case .now(let document):
      since = now
      reply(document)
    case .later(let span):
      if let until, now >= until { return reply([:]) }
      waiting = (request, until ?? now + nanoseconds(span))
    }
  }

  private func respond(_ now: Int64, _ answer: (JSONValue, Bool) -> ControlAnswer) {
    let end = input.firstIndex(of: newline)
    if end != nil { since = now }
    guard (end ?? input.count) <= ControlLimits.request else {
      input = []
      reply(["error": .string("the request is longer than \(ControlLimits.request) bytes")])
      isClosing = true
      return
    }
    guard let end else { return }
    let line = Array(input[..<end])
    input.removeFirst(end + 1)
    do throws(JSONTextError) { respond(to: try JSONText.parse(line), now, answer) } catch {
      reply(["error": .string("the request is \(error)")])
    }
  }

  private func reply(_ document: JSONValue) {
    var text = JSONText.write(document)
    if text.utf8.count > ControlLimits.reply {
      text = JSONText.write(["error": .string("the reply is longer than \(ControlLimits.reply) bytes")])
    }
    output = Array(text.utf8) + [newline]
  }

  private func flush(_ now: Int64) throws(SystemError) {
    while !output.isEmpty {
      guard let count = try transmit(output, descriptor.number) else { return }
      output = output.dropFirst(count)
      if output.isEmpty {
        output = []
        since = now
      }
    }
  }
}
