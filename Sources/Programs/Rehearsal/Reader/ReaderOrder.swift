/// What a person or a test tells the simulated reader to do.
public enum ReaderOrder: Equatable, Sendable {
  /// Nothing leaves it, or it speaks again.
  case mute(Bool)
  /// It is dead for so many milliseconds, then greets; push mode is off and it does not read.
  case reboot(milliseconds: Int64)
  /// Another firmware.
  case firmware(String)
  /// Another serial number, as if another reader had been plugged in.
  case serialNumber(String)
  /// Another model.
  case model(String)
  /// GETSTATUS is answered without CR LF, or with.
  case statusWithoutLineEnd(Bool)
  /// Whether it greets a new connection.
  case greeting(Bool)
  /// So many passings a second.
  case rate(Double)
  /// One chip passes.
  case pass(chip: String, antenna: Int?)
  /// Starts reading into a new file.
  case start
  /// Stops reading.
  case stop
  /// A new file; numbering restarts.
  case newFile
  /// The battery's charge, percent.
  case battery(Int)
  /// Whether mains power is connected.
  case mains(Bool)
  /// How far its clock is off, milliseconds.
  case clockOffset(Int64)
  /// It says NMEA sentences, or its own protocol.
  case foreign(Bool)
  /// Chance of noise in front of a frame.
  case noise(Double)
  /// Chance that a pushed frame is cut off.
  case cut(Double)
  /// Chance that a pushed frame is lost.
  case lose(Double)
  /// The cable is pulled, or put back.
  case plugged(Bool)
  /// All faults off.
  case recover
  /// Who it is, as JSON.
  case identity
  /// How many passings the current file holds.
  case count
  /// What it has recorded: the current file, or that one.
  case truth(file: String?)

  /// The commands, for help texts.
  public static let commands: [(syntax: String, meaning: String)] = [
    ("mute, unmute", "nothing leaves the reader; it speaks again"),
    ("reboot [SECONDS]", "dead for so long (2), then HELLO; push mode off, not reading; files stay"),
    ("firmware V, model M, serial-number S", "another identity"),
    ("status-without-crlf on|off", "GETSTATUS is answered without its line end"),
    ("hello on|off", "whether it greets a new connection"),
    ("rate R", "passings a second while it reads"),
    ("pass CHIP [ANTENNA]", "one passing of chip 1 to 99999"),
    ("start, stop, newfile", "as somebody would on the reader itself"),
    ("battery PERCENT, mains on|off", "power"),
    ("clock-offset SECONDS", "how far its clock is off; may be negative"),
    ("foreign on|off", "it says NMEA sentences instead"),
    ("noise P, cut P, lose P", "chance, 0 to 1, of noise before a frame, a cut and a lost pushed frame"),
    ("unplug, plug", "the cable is pulled; it is put back"),
    ("ok", "all faults off"),
    ("identity", "who it is, as JSON"),
    ("count", "passings in the current file"),
    ("truth [FILE]", "the passings that it has recorded"),
  ]

  /// Reads a command.
  /// - Throws: what is wrong with it, for a person.
  public init(_ text: String) throws(ReaderOrderError) {
    let words = text.split(separator: " ").map(String.init)
    guard let name = words.first else { throw ReaderOrderError("an empty command") }
    let arguments = Array(words.dropFirst())
    let counts: ClosedRange<Int> =
      switch name {
      case "mute", "unmute", "start", "stop", "newfile", "unplug", "plug", "ok", "identity", "count": 0...0
      case "reboot", "truth": 0...1
      case "pass": 1...2
      case "model": 1...8
      default: 1...1
      }
    guard counts.contains(arguments.count) else {
      throw ReaderOrderError(
        "'\(name)' takes \(counts.lowerBound) to \(counts.upperBound) words, not \(arguments.count)")
    }
    let word = arguments.first ?? ""
    switch name {
    case "mute": self = .mute(true)
    case "unmute": self = .mute(false)
    case "start": self = .start
    case "stop": self = .stop
    case "newfile": self = .newFile
    case "unplug": self = .plugged(false)
    case "plug": self = .plugged(true)
    case "ok": self = .recover
    case "identity": self = .identity
    case "count": self = .count
    case "truth": self = .truth(file: arguments.first)
    case "reboot":
      self = .reboot(milliseconds: Int64(try Self.number(arguments.first ?? "2", 0...3600) * 1000))
    case "firmware": self = .firmware(try Self.field(word))
    case "serial-number": self = .serialNumber(try Self.field(word))
    case "model": self = .model(try Self.field(arguments.joined(separator: " ")))
    case "status-without-crlf": self = .statusWithoutLineEnd(try Self.flag(word))
    case "hello": self = .greeting(try Self.flag(word))
    case "mains": self = .mains(try Self.flag(word))
    case "foreign": self = .foreign(try Self.flag(word))
    case "rate": self = .rate(try Self.number(word, 0...1000))
    case "battery": self = .battery(Int(try Self.number(word, 0...100)))
    case "clock-offset": self = .clockOffset(Int64(try Self.number(word, -1e9...1e9) * 1000))
    case "noise": self = .noise(try Self.number(word, 0...1))
    case "cut": self = .cut(try Self.number(word, 0...1))
    case "lose": self = .lose(try Self.number(word, 0...1))
    case "pass":
      let chip = String(Int(try Self.number(word, 1...99_999)))
      let antenna = arguments.count == 2 ? Int(try Self.number(arguments[1], 1...8)) : nil
      self = .pass(chip: String(repeating: "0", count: 5 - chip.count) + chip, antenna: antenna)
    default: throw ReaderOrderError("no command '\(name)'; 'help' lists them")
    }
  }

  private static func flag(_ word: String) throws(ReaderOrderError) -> Bool {
    switch word {
    case "on": return true
    case "off": return false
    default: throw ReaderOrderError("'\(word)' is neither on nor off")
    }
  }

  private static func number(_ word: String, _ range: ClosedRange<Double>) throws(ReaderOrderError) -> Double
  {
    guard let value = Double(word), range.contains(value) else {
      throw ReaderOrderError("'\(word)' is no number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private static func field(_ text: String) throws(ReaderOrderError) -> String {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 && $0 != UInt8(ascii: ";") }) else {
      throw ReaderOrderError("'\(text)' cannot stand in a frame: printable ASCII without ';'")
    }
    return text
  }
}

/// A command that makes no sense.
public struct ReaderOrderError: Error, Equatable, CustomStringConvertible {
  /// One line for a person.
  public let description: String
  init(_ description: String) { self.description = description }
}
