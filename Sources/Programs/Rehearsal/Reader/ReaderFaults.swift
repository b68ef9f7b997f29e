/// What goes wrong between the reader and its host.
public struct ReaderFaults: Equatable, Sendable {
  /// Probability that noise bytes come before a frame, 0 to 1.
  public var noise = 0.0
  /// Probability that a frame ends early, without its CR LF, 0 to 1.
  public var cut = 0.0
  /// Probability that a pushed passing never leaves, 0 to 1; the reader's memory has it.
  public var lose = 0.0
  /// Probability that a stray digit comes right before a pushed passing, 0 to 1: it looks whole, with another number.
  public var digit = 0.0
  /// Probability that bytes within a pushed passing are replaced, 0 to 1; often by digits, so that it looks whole.
  public var garble = 0.0
  /// Probability that a pushed passing ends early and the next one begins as late, 0 to 1: together they look like
  /// one.
  public var join = 0.0
  /// Probability that a bit of a byte is flipped, 0 to 1: of all that it says, pushes and replies alike.
  public var flip = 0.0
  /// The same of what it hears, 0 to 1: it is told other commands than were sent.
  public var mishear = 0.0
  /// So many pushed passings from now on never leave.
  public var loseNext = 0
  /// So many frames from now on end early.
  public var cutNext = 0
  /// Nothing leaves; what comes in is still obeyed.
  public var isMute = false
  /// GETSTATUS is answered without its CR LF (seen in the wild).
  public var statusWithoutLineEnd = false
  /// What fields of GETSTATUS say instead of the truth, by their place from 1; the command's name is field 0.
  public var statusFields: [Int: String] = [:]
  /// How many fields GETSTATUS has, the command's name counted; nil for as many as there are.
  public var statusLength: Int?
  /// Letters beyond ASCII leave in Latin-1, not in UTF-8.
  public var isLatin1 = false
  /// How many names that no reader gives LISTFILES has beside the others.
  public var oddFiles = 0
  /// How many older files LISTFILES has before the others.
  public var moreFiles = 0
  /// Probability of a test read of older readers behind a passing in a list, 0 to 1.
  public var testReads = 0.0
  /// What GETTIME says lies so many milliseconds beside the clock that stamps passings.
  public var timeTold: Int64 = 0
  /// Lists and GETFILEINFO are behind what is pushed and counted by so many milliseconds.
  public var memoryLag: Int64 = 0
  /// What the next command of a name is answered with instead of being done.
  public var refusals: [String: String] = [:]

  /// No faults.
  public init() {}
}

extension ReaderFaults {
  /// Whether this pushed passing is lost.
  mutating func losesPush(_ random: inout RehearsalRandom) -> Bool {
    if loseNext > 0 {
      loseNext -= 1
      return true
    }
    return random.comes(lose)
  }

  /// A pushed passing as the line leaves it, its CR LF included.
  /// - Parameters:
  ///   - joint: how many bytes of the former one have left, when this one shall go on from there. It is set when
  ///     this one ends early.
  func spoil(
    _ frame: String, joint: inout Int?, _ counts: inout ReaderCounts, _ random: inout RehearsalRandom
  ) -> [UInt8] {
    var bytes = Array(frame.utf8)
    if random.comes(digit) {
      bytes.insert(UInt8.random(in: UInt8(ascii: "1")...UInt8(ascii: "9"), using: &random), at: 0)
      counts.digits += 1
    }
    if random.comes(garble) {
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        bytes[place] =
          Bool.random(using: &random)
          ? UInt8.random(in: UInt8(ascii: "0")...UInt8(ascii: "9"), using: &random)
          : UInt8.random(in: 0...255, using: &random)
      }
      counts.garbled += 1
    }
    bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    if let front = joint {
      joint = nil
      bytes.removeFirst(min(front, bytes.count - 2))
    } else if random.comes(join) {
      let front = Int.random(in: 1...bytes.count - 3, using: &random)
      joint = front
      counts.joined += 1
      bytes.removeSubrange(front...)
    }
    return bytes
  }

  /// How many bytes of a frame are left, its CR LF counted; nil when it stays whole.
  mutating func cutLength(of count: Int, _ random: inout RehearsalRandom) -> Int? {
    guard count > 3 else { return nil }
    if cutNext > 0 {
      cutNext -= 1
    } else if !random.comes(cut) {
      return nil
    }
    return Int.random(in: 1...count - 3, using: &random)
  }

  /// Flips bits on the way.
  /// - Parameter probability: `flip` or `mishear`.
  /// - Returns: how many.
  static func flipBits(of bytes: inout [UInt8], _ probability: Double, _ random: inout RehearsalRandom) -> Int
  {
    guard probability > 0 else { return 0 }
    var count = 0
    for place in bytes.indices where random.comes(probability) {
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      count += 1
    }
    return count
  }

  /// The noise before a frame, mostly none: NUL, 0xFF or anything.
  func noiseBytes(_ random: inout RehearsalRandom) -> [UInt8] {
    guard random.comes(noise) else { return [] }
    return (0..<Int.random(in: 1...8, using: &random)).map { _ in
      switch Int.random(in: 0..<3, using: &random) {
      case 0: 0
      case 1: 0xFF
      default: UInt8.random(in: 0...255, using: &random)
      }
    }
  }
}
