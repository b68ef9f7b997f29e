/// Bytes in any chunks to frames, in order. The same bytes give the same frames however they are cut.
///
/// CR LF or LF ends a frame. A passing on a line of its own is parsed straight from the bytes and allocates
/// nothing; a wrong one allocates the copy of its bytes; every other line goes through `LineResolver`. Memory
/// is bounded by a few frame lengths; while a reply comes that may be longer (`LongReply`), by a few of those.
public struct Framer: Sendable {
  /// A frame may have this many bytes, its line end not counted. A longer one is given up and counted once.
  public static let maximumFrameLength = 4096
  /// A reply to GETSTATUS or LISTFILES may have so many. Of a longer one the fields that fit are emitted, and the rest is
  /// passed over.
  public static let maximumReplyLength = LongReply.maximumLength
  /// A frame of full length with its CR.
  private static let windowLength = maximumFrameLength + 1
  private static let usualCapacity = 2 * windowLength

  /// What came since the last line end; once a frame was given up, at least the last `windowLength` bytes.
  private var pending = LineBuffer(capacity: usualCapacity)
  private var hasGivenUp = false
  /// Of what was given up, the command whose reply it was, as far as it fitted.
  private var cutReply: CommandName?
  private var date = KnownDate()
  /// What the last passing had that a usual one has not; its memory is used again, unless somebody still holds that.
  private var room: [UInt8] = []
  /// Timer code, chip, the usual EPC and empty fields need 78 bytes at the most.
  private static let roomCapacity = 96
  /// A reply was taken after silence although its CR had come: its LF still belongs to it.
  private var owesLineFeed = false

  /// Everything seen so far.
  public private(set) var counters = FrameCounters()

  /// Nothing seen yet.
  public init() { room.reserveCapacity(Self.roomCapacity) }

  /// Bytes waiting for their line end; 0 when idle. Of a frame that was given up, the bytes kept.
  public var pendingCount: Int { pending.count }

  /// The command whose reply has begun to come, perhaps behind noise, or whose reply was cut and has not ended yet; nil
  /// when something else waits, or nothing.
  public var pendingReply: CommandName? {
    guard !hasGivenUp else { return cutReply }
    return pending.read(min(pending.count, Self.longestBeginning)) { beginning in
      var start = 0
      while start < beginning.count, !beginning[start].isPrintable { start += 1 }
      guard start < beginning.count, beginning[start].isUpperCaseLetter else { return nil }
      return Reply.name(at: start, of: Array(copying: beginning))
    }
  }
  /// Some noise, and a command's name with its `;`.
  private static let longestBeginning = 32

  /// Feeds a chunk; calls `emit` for every frame that it completes, in order.
  public mutating func feed(_ chunk: borrowing Span<UInt8>, _ emit: (Frame) -> Void) {
    counters.bytes += UInt64(chunk.count)
    var start = 0
    if owesLineFeed, chunk.count > 0 {
      owesLineFeed = false
      if chunk[0] == ASCII.lineFeed { start = 1 }
    }
    var scanner = LineScanner()
    while start < chunk.count {
      // A passing of the usual shape shows by itself where it ends: in the chunk, or with what waits before
      // it.
      if pending.isEmpty, chunk.count &- start >= UsualPassing.windowLength {
        if let usual = UsualPassing(at: start, in: chunk, date: &date) {
          start &+= usual.length
          counters.passing &+= 1
          if usual.isLong {
            room.replaceAll(with: copy chunk, from: usual.fieldsStart, to: usual.fieldsEnd)
            lend(usual, emit)
          } else {
            emit(.passing(usual.shortPassing))
          }
          continue
        }
      } else if let (usual, end) = pending.completed(by: chunk, from: start, date: &date) {
        start = end
        counters.passing &+= 1
        if usual.isLong {
          pending.copy(from: usual.fieldsStart, to: usual.fieldsEnd, into: &room)
          lend(usual, emit)
        } else {
          emit(.passing(usual.shortPassing))
        }
        continue
      }
      // Most often the first part of a passing is what is left.
      if chunk.count &- start <= LineScanner.blockLength, !LineScanner.hasLineFeed(in: chunk, from: start) {
        keepRest(of: chunk, from: start, emit)
        return
      }
      guard let end = Self.lineFeed(&scanner, chunk, start) else {
        keep(chunk.extracting(start..<chunk.count), emit)
        return
      }
      if pending.isEmpty {
        takeLine(chunk.extracting(start..<end), emit)
      } else {
        keep(chunk.extracting(start..<end), emit)
        takePending(emit)
      }
      start = end + 1
    }
  }

  /// Feeds a chunk; calls `emit` for every frame that it completes, in order.
  public mutating func feed(_ chunk: [UInt8], _ emit: (Frame) -> Void) { feed(chunk.span, emit) }

  /// To be called when the line has been silent: a reply that waits without its line end is emitted if it is
  /// whole and its end is certain; what else waits stays. A list of files is not whole before its end has come.
  public mutating func flushAfterSilence(_ emit: (Frame) -> Void) {
    guard !pending.isEmpty, !hasGivenUp else { return }
    let bytes = Self.withoutCarriageReturns(pending.bytes)
    let line = FreeText.legible(bytes)
    let isTerminated = line.count < pending.count
    var resolver = LineResolver(line)
    let pieces = resolver.pieces(ending: isTerminated ? .certain : .open)
    guard let last = pieces.last, last.range.upperBound == line.count, case .reply(let reply) = last.frame,
      isTerminated || (reply.name != .listFiles && LineResolver.isWhole(reply))
    else { return }
    letGo()
    owesLineFeed = isTerminated
    emitAll(of: bytes, legible: line, pieces, emit)
  }

  /// The stream has ended. A whole reply or passing that only lacks its line end is emitted; anything else
  /// that waits becomes a malformed frame. Then the framer is ready for another stream.
  public mutating func finish(_ emit: (Frame) -> Void) {
    flushAfterSilence(emit)
    owesLineFeed = false
    let wasGivenUp = hasGivenUp
    hasGivenUp = false
    guard !pending.isEmpty else { return }
    let bytes = Self.withoutCarriageReturns(pending.bytes)
    letGo()
    if wasGivenUp || bytes.isEmpty { return }
    let line = FreeText.legible(bytes)
    var resolver = LineResolver(line)
    let pieces = resolver.pieces(ending: .open)
    if let last = pieces.last, last.range.upperBound == line.count, case .passing = last.frame {
      emitAll(of: bytes, legible: line, pieces, emit)
    } else {
      deliver(.malformed(MalformedFrame(reason: .truncated, raw: bytes)), emit)
    }
  }

  /// Emits a passing of 13 fields whose fields stand in `room`, and takes that back.
  @inline(__always)
  private mutating func lend(_ usual: borrowing UsualPassing, _ emit: (Frame) -> Void) {
    var more: [UInt8] = []
    swap(&more, &room)
    let frame = Frame.passing(usual.longPassing(consume more))
    emit(frame)
    if case .passing(let passing) = consume frame, let more = passing.more { room = more }
  }

  // MARK: Lines

  /// Kept out of the loop over passings, which does without.
  @inline(never)
  private static func lineFeed(
    _ scanner: inout LineScanner, _ chunk: borrowing Span<UInt8>, _ start: Int
  ) -> Int? {
    scanner.lineFeed(in: chunk, from: start)
  }

  /// A line that lies in the chunk as a whole, its LF not included.
  private mutating func takeLine(_ line: borrowing Span<UInt8>, _ emit: (Frame) -> Void) {
    var length = line.count
    if length > 0, line[length - 1] == ASCII.carriageReturn { length -= 1 }
    if length > Self.maximumFrameLength {
      keep(line, emit)
      takePending(emit)
      return
    }
    let frame = line.extracting(0..<length)
    if let plain = Self.plainFrame(frame, &room) {
      deliver(plain, emit)
    } else {
      resolve(Array(copying: frame), emit)
    }
  }

  /// What a line is when it is certain by itself: a passing, or a wrong one.
  private static func plainFrame(_ line: Span<UInt8>, _ room: inout [UInt8]) -> Frame? {
    do throws(MalformedReason) {
      return .passing(try Passing(fieldByField: line, &room))
    } catch {
      guard let reason = WrongPassing.reason(line, error) else { return nil }
      return .malformed(MalformedFrame(reason: reason, raw: Array(copying: line)))
    }
  }

  private mutating func takePending(_ emit: (Frame) -> Void) {
    if hasGivenUp {
      salvage(emit)
    } else {
      let isEndedByReturn = pending.last == ASCII.carriageReturn
      let length = isEndedByReturn ? pending.count - 1 : pending.count
      var room: [UInt8] = []
      swap(&room, &self.room)
      let plain = pending.read(length) { Self.plainFrame($0, &room) }
      swap(&room, &self.room)
      if let plain {
        deliver(plain, emit)
      } else {
        resolve(pending.bytes, emit)
      }
    }
    letGo()
    hasGivenUp = false
  }

  private mutating func resolve(_ bytes: [UInt8], _ emit: (Frame) -> Void) {
    let bytes = Self.withoutCarriageReturns(bytes)
    if bytes.isEmpty {
      deliver(.endOfList, emit)
    } else {
      let line = FreeText.legible(bytes)
      var resolver = LineResolver(line)
      emitAll(of: bytes, legible: line, resolver.pieces(ending: .certain), emit)
    }
  }

  /// Nothing waits any more; the memory that a long reply took is let go.
  private mutating func letGo() {
    cutReply = nil
    if pending.capacity > Self.usualCapacity {
      pending = LineBuffer(capacity: Self.usualCapacity)
    } else {
      pending.removeAll()
    }
  }

  /// What waits is longer than it may be. Of a long reply its fields are good as far as they came.
  private mutating func giveUp(_ emit: (Frame) -> Void) {
    hasGivenUp = true
    if pending.count > Self.windowLength {
      let bytes = pending.bytes
      letGo()
      _ = pending.append(Array(bytes.suffix(Self.windowLength)).span)
      if let reply = LongReply.cut(bytes) {
        cutReply = reply.name
        return deliver(.reply(reply), emit)
      }
      deliver(.malformed(MalformedFrame(reason: .tooLong, raw: bytes)), emit)
    } else {
      let raw = Array(pending.bytes[..<Self.maximumFrameLength])
      deliver(.malformed(MalformedFrame(reason: .tooLong, raw: raw)), emit)
    }
  }

  /// The end of a line that was given up and counted: a frame that begins in it for certain is a good frame.
  private mutating func salvage(_ emit: (Frame) -> Void) {
    let line = Self.withoutCarriageReturns(pending.bytes.suffix(Self.windowLength))
    var resolver = LineResolver(line)
    guard let last = resolver.pieces(ending: .certain).last, last.range.lowerBound > 0,
      last.range.upperBound == line.count, last.frame.isValid
    else { return }
    deliver(last.frame, emit)
  }

  /// Emits the frames that were found and, as malformed ones, the bytes between them.
  /// - Parameters:
  ///   - bytes: the line.
  ///   - legible: the same as `FreeText.legible`, in which the frames were found.
  private mutating func emitAll(
    of bytes: [UInt8], legible: [UInt8], _ pieces: [LineResolver.Piece], _ emit: (Frame) -> Void
  ) {
    var end = 0
    for piece in pieces {
      emitUnused(end..<piece.range.lowerBound, of: bytes, legible, emit)
      deliver(bytes == legible ? piece.frame : Self.frame(piece, in: bytes), emit)
      end = piece.range.upperBound
    }
    emitUnused(end..<bytes.count, of: bytes, legible, emit)
  }

  /// A frame with the bytes that it really has.
  private static func frame(_ piece: LineResolver.Piece, in bytes: [UInt8]) -> Frame {
    let raw = Array(bytes[piece.range])
    let noise = Frame.malformed(MalformedFrame(reason: .noise, raw: raw))
    switch piece.frame {
    case .reply(let reply): return reply.reading(raw).map(Frame.reply) ?? noise
    case .malformed(let frame): return .malformed(MalformedFrame(reason: frame.reason, raw: raw))
    // A reply that may hold such bytes ran into it; it may not.
    case .hello(let hello): return raw.elementsEqual(hello.text.utf8) ? piece.frame : noise
    case .passing(let passing): return raw.elementsEqual(passing.text.utf8) ? piece.frame : noise
    case .endOfList: return piece.frame
    }
  }

  private mutating func emitUnused(
    _ range: Range<Int>, of bytes: [UInt8], _ legible: [UInt8], _ emit: (Frame) -> Void
  ) {
    if bytes[range].allSatisfy({ $0 == ASCII.carriageReturn }) { return }
    let reason = LineResolver.reason(for: Array(legible[range]))
    deliver(.malformed(MalformedFrame(reason: reason, raw: Array(bytes[range]))), emit)
  }

  private mutating func deliver(_ frame: Frame, _ emit: (Frame) -> Void) {
    counters.count(frame)
    emit(frame)
  }

  // MARK: What waits

  /// The same as `keep` of the last bytes of a chunk, which are most often a part of a short line.
  private mutating func keepRest(
    of chunk: borrowing Span<UInt8>, from start: Int, _ emit: (Frame) -> Void
  ) {
    if !hasGivenUp, pending.count &+ (chunk.count &- start) < Self.windowLength {
      pending.appendRest(of: chunk, from: start)
    } else {
      keep(chunk.extracting(start..<chunk.count), emit)
    }
  }

  /// Adds to what waits, and gives the frame up when it is too long.
  private mutating func keep(_ part: borrowing Span<UInt8>, _ emit: (Frame) -> Void) {
    var kept = 0
    if !hasGivenUp {
      var window = Self.windowLength
      kept = append(part, upTo: window)
      if pending.count > window || (pending.count == window && pending.read(window, LongReply.isBeginning)) {
        window = LongReply.maximumLength + 1
        let needed = min(window, pending.count + part.count - kept)
        if needed > pending.capacity { pending.grow(to: min(window, max(needed, 2 * pending.capacity))) }
        kept += append(part.extracting(kept..<part.count), upTo: window)
      }
      guard pending.count == window, kept < part.count || pending.last != ASCII.carriageReturn else { return }
      giveUp(emit)
    }
    // Of a long rest only the end can still matter.
    let rest = part.extracting(max(kept, part.count - Self.windowLength)..<part.count)
    if pending.count + rest.count > pending.capacity { pending.keepLast(Self.windowLength) }
    _ = pending.append(rest)
  }

  /// Adds what there may wait.
  /// - Returns: how many bytes that was.
  private mutating func append(_ part: borrowing Span<UInt8>, upTo window: Int) -> Int {
    pending.append(part.extracting(0..<max(0, min(part.count, window - pending.count))))
  }

  private static func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
    var length = bytes.count
    while length > 0, bytes[length - 1] == ASCII.carriageReturn { length -= 1 }
    return length == bytes.count ? bytes : Array(bytes[..<length])
  }
}
