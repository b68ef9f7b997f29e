import CLinux
import Glibc
import Synchronization

/// One option of a command.
public struct Option: Sendable {
  /// The long name without dashes, e.g. `config`.
  public let name: String
  /// A one-letter form, if any.
  public let letter: Character?
  /// What its argument is called in the help, e.g. `FILE`; nil when it takes none.
  public let argument: String?
  /// One line for the help.
  public let help: String

  /// An option.
  public init(_ name: String, letter: Character? = nil, argument: String? = nil, help: String) {
    self.name = name
    self.letter = letter
    self.argument = argument
    self.help = help
  }

  /// `--help`, which every command has.
  public static let help = Option("help", letter: "h", help: "show this help and exit")
}

/// What stood on the command line.
public struct ParsedArguments: Equatable, Sendable {
  /// Each option that was given, in order: its long name and its argument (empty when it takes none).
  public fileprivate(set) var options: [(name: String, argument: String)] = []
  /// What is no option, in order.
  public fileprivate(set) var operands: [String] = []

  /// Whether the option was given.
  public func has(_ name: String) -> Bool { options.contains { $0.name == name } }
  /// The last argument given to the option.
  public func value(_ name: String) -> String? { options.last { $0.name == name }?.argument }
  /// All arguments given to the option, in order.
  public func values(_ name: String) -> [String] { options.filter { $0.name == name }.map(\.argument) }

  /// Equal when the same was given in the same order.
  public static func == (left: ParsedArguments, right: ParsedArguments) -> Bool {
    left.operands == right.operands && left.options.elementsEqual(right.options) { $0 == $1 }
  }
}

/// Arguments that make no sense; the text names them and the remedy.
public struct UsageError: Error, Equatable, CustomStringConvertible {
  /// One line for a person.
  public let description: String

  /// An error with that text.
  public init(_ description: String) { self.description = description }
}

/// Reads arguments by getopt_long.
public enum OptionParser {
  /// getopt keeps its state in global variables: one caller at a time.
  private static let turn = Mutex(())

  /// Splits arguments into options and operands.
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - options: those that are known.
  ///   - stopAtOperand: whether the first operand ends the options, as commands with sub-commands want.
  public static func parse(
    _ arguments: [String], options: [Option], stopAtOperand: Bool = false
  ) throws(UsageError) -> ParsedArguments {
    try turn.withLock { _ throws(UsageError) in
      try parseAlone(arguments, options: options, stopAtOperand: stopAtOperand)
    }
  }

  private static func parseAlone(
    _ arguments: [String], options: [Option], stopAtOperand: Bool
  ) throws(UsageError) -> ParsedArguments {
    // Each option has a number beyond all letters, so that only the table says which it is.
    let first: Int32 = 1_000
    var names = options.map { strdup($0.name) }
    var table = zip(options.indices, options).map { index, known in
      option(
        name: names[index].map { UnsafePointer($0) }, has_arg: known.argument == nil ? 0 : 1, flag: nil,
        val: first + Int32(index))
    }
    table.append(option())
    var letters = stopAtOperand ? "+:" : ":"
    for option in options {
      if let letter = option.letter { letters += "\(letter)" + (option.argument == nil ? "" : ":") }
    }
    var words = (["program"] + arguments).map { strdup($0) } + [nil]
    let copies = words
    defer {
      for word in copies { free(word) }
      for name in names { free(name) }
      names = []
    }
    var parsed = ParsedArguments()
    one4all_getopt_restart()
    while true {
      let code = getopt_long(Int32(arguments.count + 1), &words, letters, table, nil)
      let argument = one4all_getopt_argument().map { String(cString: $0) } ?? ""
      switch code {
      case -1:
        parsed.operands = words[Int(one4all_getopt_index())..<arguments.count + 1].compactMap {
          $0.map { String(cString: $0) }
        }
        return parsed
      case Int32(UInt8(ascii: ":")):
        throw UsageError("\(spelling(words, arguments.count)) needs an argument; see --help")
      case Int32(UInt8(ascii: "?")):
        // getopt gives the number of a known option here when that was given an argument it does not take.
        let index = Int(one4all_getopt_letter() - first)
        if options.indices.contains(index) {
          throw UsageError("--\(options[index].name) takes no argument; see --help")
        }
        throw UsageError("unknown option \(spelling(words, arguments.count)); see --help")
      case first...:
        parsed.options.append((options[Int(code - first)].name, argument))
      default:
        guard let known = options.first(where: { $0.letter?.unicodeScalars.first?.value == UInt32(code) })
        else {
          throw UsageError("unknown option \(spelling(words, arguments.count)); see --help")
        }
        parsed.options.append((known.name, argument))
      }
    }
  }

  /// The word that getopt just stumbled over.
  private static func spelling(_ words: [UnsafeMutablePointer<CChar>?], _ count: Int) -> String {
    if let letter = UInt8(exactly: one4all_getopt_letter()), letter > 32 && letter < 127 {
      return "-\(Character(UnicodeScalar(letter)))"
    }
    let index = max(1, min(Int(one4all_getopt_index()) - 1, count))
    return words[index].map { String(cString: $0) } ?? ""
  }
}
