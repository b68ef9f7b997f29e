import One4AllProtocol

/// The same bytes give the same frames however they are cut, nothing vanishes, memory is bounded.
enum FramerOracle {
  /// What may wait: a frame of full length with its CR, twice, or a reply that may be long.
  private static func longestPending(of input: [UInt8]) -> Int {
    input.count > windowLength && input.split(separator: 0x0A).contains(where: mayBeLong)
      ? Framer.maximumReplyLength + 1 : 2 * windowLength
  }

  /// A status or a list of files that is text as far as a frame is looked at.
  private static func mayBeLong(_ line: ArraySlice<UInt8>) -> Bool {
    line.count >= windowLength
      && (line.starts(with: "LISTFILES;".utf8) || line.starts(with: "GETSTATUS;".utf8))
      && line.prefix(windowLength).allSatisfy { ReplyOracle.mayHold($0, "LISTFILES") }
  }
  private static let windowLength = Framer.maximumFrameLength + 1

  static func check(_ input: [UInt8]) throws(Violation) {
    try sameFramesInAnyChunks(input, silenceAt: nil)
    // A silence anywhere, at the same place for all.
    if !input.isEmpty {
      let place = Int(
        truncatingIfNeeded: input.reduce(5381) { $0 &* 33 &+ UInt64($1) } % UInt64(input.count))
      let frames = try sameFramesInAnyChunks(input, silenceAt: place)
      try conservation(of: input, in: frames)
    }
    try lineByLine(input)
  }

  // MARK: Chunks

  /// A framer and what it emitted.
  private struct Run {
    var framer = Framer()
    var frames: [Frame] = []

    /// Feeds `input[range]` in chunks of these lengths, again and again. A chunk is no copy.
    mutating func feed(_ input: [UInt8], _ range: Range<Int>, lengths: [Int]) throws(Violation) {
      let bytes = input.span
      var start = range.lowerBound
      var turn = 0
      while start < range.upperBound {
        let end = min(start + lengths[turn], range.upperBound)
        framer.feed(bytes.extracting(start..<end)) { frames.append($0) }
        // Looking through the input is dear, and seldom needed.
        let isShort = framer.pendingCount <= 2 * FramerOracle.windowLength
        try require(
          isShort || framer.pendingCount <= FramerOracle.longestPending(of: input),
          "\(framer.pendingCount) bytes wait for their line end")
        start = end
        turn = turn + 1 < lengths.count ? turn + 1 : 0
      }
    }

    mutating func silence() { framer.flushAfterSilence { frames.append($0) } }
    mutating func finish() { framer.finish { frames.append($0) } }
  }

  @discardableResult
  private static func sameFramesInAnyChunks(
    _ input: [UInt8], silenceAt place: Int?
  ) throws(Violation) -> [Frame] {
    let whole = try run(input, lengths: [.max / 2], silenceAt: place)
    let ended = ends(of: whole)
    // Chunks as the input says, so that the fuzzer can look for the lengths that matter.
    let derived = input.suffix(16).map { Int($0 & 63) + 1 } + [1]
    for lengths in place == nil ? [derived, [1], [64], [15, 1, 17]] : [derived, [1]] {
      let other = try run(input, lengths: lengths, silenceAt: place)
      func name() -> String {
        "chunks of \(lengths)\(place.map { ", silence at \($0)" } ?? ""): \(shown(input))"
      }
      try same(other, whole, name())
      guard lengths == derived else { continue }
      for (mine, its) in zip(ends(of: other), ended) { try same(mine, its, "the end of \(name())") }
    }
    return ended.last?.frames ?? []
  }

  private static func run(
    _ input: [UInt8], lengths: [Int], silenceAt place: Int?
  ) throws(Violation) -> Run {
    var run = Run()
    let place = place ?? input.count
    try run.feed(input, 0..<place, lengths: lengths)
    if place < input.count {
      run.silence()
      try run.feed(input, place..<input.count, lengths: lengths)
    }
    try require(run.framer.counters.bytes == UInt64(input.count), "not every byte is counted")
    try counted(run)
    return run
  }

  /// How a stream may go on; the last one ends it.
  private static func ends(of run: Run) -> [Run] {
    var silent = run
    silent.silence()
    var wentOn = silent
    wentOn.framer.feed(Array("\nPING;PONG\r\n".utf8)) { wentOn.frames.append($0) }
    var reused = run
    reused.finish()
    reused.framer.feed(Array("PING;PONG\r\n1;MC;".utf8)) { reused.frames.append($0) }
    var finished = run
    finished.finish()
    return [silent, wentOn, reused, finished]
  }

  private static func same(_ one: Run, _ other: Run, _ text: @autoclosure () -> String)
    throws(Violation)
  {
    try require(one.frames == other.frames, "other frames in \(text())")
    try require(one.framer.counters == other.framer.counters, "other counters in \(text())")
    let pending = (one.framer.pendingCount, other.framer.pendingCount)
    // Of a frame that was given up, more or less may be kept.
    try require(
      pending.0 == pending.1 || min(pending.0, pending.1) >= windowLength - 1,
      "\(pending.0) bytes wait, not \(pending.1), in \(text())")
  }

  private static func counted(_ run: Run) throws(Violation) {
    var counts: [UInt64] = [0, 0, 0, 0, 0]
    for frame in run.frames {
      switch frame {
      case .passing: counts[0] += 1
      case .reply: counts[1] += 1
      case .hello: counts[2] += 1
      case .endOfList: counts[3] += 1
      case .malformed: counts[4] += 1
      }
    }
    let counters = run.framer.counters
    try require(
      [counters.passing, counters.reply, counters.hello, counters.endOfList, counters.malformed]
        == counts,
      "\(counts) frames are counted as \(counters)")
  }

  // MARK: Conservation

  private static func lineByLine(_ input: [UInt8]) throws(Violation) {
    var run = Run()
    var start = 0
    while let end = input[start...].firstIndex(of: 0x0A) {
      run.frames.removeAll()
      try run.feed(input, start..<end + 1, lengths: [.max / 2])
      try require(run.framer.pendingCount == 0, "something waits behind a line end")
      try line(Array(input[start..<end]), gives: run.frames)
      start = end + 1
    }
    run.frames.removeAll()
    try run.feed(input, start..<input.count, lengths: [.max / 2])
    run.finish()
    try require(run.framer.pendingCount == 0, "something waits behind the end")
    if !isTooLong(input[start...]) { try conservation(of: Array(input[start...]), in: run.frames) }
  }

  private static func isTooLong(_ line: ArraySlice<UInt8>) -> Bool {
    line.count - (line.last == 0x0D ? 1 : 0)
      > (mayBeLong(line) ? Framer.maximumReplyLength : Framer.maximumFrameLength)
  }

  private static func line(_ line: [UInt8], gives frames: [Frame]) throws(Violation) {
    if isTooLong(line[...]), case .reply(let reply) = frames.first, reply.isCut {
      return try require(
        mayBeLong(line[...]) && reply.raw.count <= Framer.maximumReplyLength && line.starts(with: reply.raw)
          && reply.raw.last == 0x3B, "a reply of \(line.count) bytes is cut as \(shown(reply.raw))")
    }
    if isTooLong(line[...]) {
      let raw = Array(line[..<Framer.maximumFrameLength])
      try require(
        frames.first == .malformed(MalformedFrame(reason: .tooLong, raw: raw)),
        "a line of \(line.count) bytes is not too long")
      try require(frames.count <= 2, "a line that is too long gives \(frames.count) frames")
      // What is salvaged is the end of the line.
      for frame in frames.dropFirst() {
        let trimmed = trimmingReturns(line)
        try require(
          frame.isValid && trimmed.suffix(bytes(of: frame).count) == bytes(of: frame)[...],
          "what is salvaged did not stand there: \(shown(bytes(of: frame)))")
      }
      return
    }
    try require(!frames.isEmpty, "a line gives nothing: \(shown(line))")
    try conservation(of: line, in: frames)
    let trimmed = trimmingReturns(line)
    if trimmed.isEmpty {
      try require(frames == [.endOfList], "an empty line is \(frames)")
    } else if case .valid(let values) = NaivePassing(trimmed) {
      guard frames.count == 1, case .passing(let passing) = frames[0],
        PassingOracle.values(of: passing) == values
      else {
        throw Violation("a good passing on a line of its own gives \(frames): \(shown(line))")
      }
    }
    for frame in frames { try frameIsSound(frame, in: line) }
    for (frame, next) in zip(frames, frames.dropFirst()) {
      guard case .malformed(let noise) = frame, case .passing(let passing) = next, let last = noise.raw.last
      else { continue }
      // A return between them tells that the number begins there.
      let joined = [last] + Array(passing.text.utf8)
      guard line.indices.contains(where: { line[$0...].starts(with: joined) }) else { continue }
      let isNearDigit = (0x30...0x39).contains { (last ^ $0).nonzeroBitCount <= 1 }
      try require(!isNearDigit, "what may be a digit of its number stands before a passing: \(shown(line))")
    }
  }

  private static func frameIsSound(_ frame: Frame, in line: [UInt8]) throws(Violation) {
    switch frame {
    case .hello(let hello):
      try require(hello.text.hasPrefix("HELLO"), "a greeting is \(hello.text)")
    case .passing(let passing): try PassingOracle.check(Array(passing.text.utf8))
    case .reply(let reply):
      try require(
        reply.raw.allSatisfy { ReplyOracle.mayHold($0, reply.name.rawValue) }, "a reply holds noise")
    case .endOfList: try require(trimmingReturns(line).isEmpty, "an end of list in \(shown(line))")
    case .malformed(let malformed):
      try require(malformed.reason != .tooLong, "a line of \(line.count) bytes is too long")
      try require(!malformed.raw.isEmpty, "a malformed frame without bytes in \(shown(line))")
      let printable = malformed.printable(limit: 8)
      try require(
        printable.utf8.count <= 32 && printable.utf8.allSatisfy { 0x20..<0x7F ~= $0 },
        "unprintable: \(printable)")
    }
  }

  /// Every byte but CR and LF is in a frame, in order.
  private static func conservation(of input: [UInt8], in frames: [Frame]) throws(Violation) {
    // Of what is longer, malformed frames hold the beginning.
    let lines = input.split(separator: 0x0A).map { trimmingReturns(Array($0)) }
    if lines.contains(where: { $0.count > Framer.maximumFrameLength }) { return }
    let sent = input.filter { $0 != 0x0D && $0 != 0x0A }
    let kept = frames.flatMap(bytes).filter { $0 != 0x0D && $0 != 0x0A }
    try conserved(sent, kept, of: input)
  }

  private static func bytes(of frame: Frame) -> [UInt8] {
    switch frame {
    case .hello(let hello): Array(hello.text.utf8)
    case .passing(let passing): Array(passing.text.utf8)
    case .reply(let reply): reply.raw
    case .endOfList: []
    case .malformed(let malformed): malformed.raw
    }
  }

  private static func trimmingReturns(_ line: [UInt8]) -> [UInt8] {
    var line = line[...]
    while line.last == 0x0D { line.removeLast() }
    return Array(line)
  }
}
