/// A command that the host sent, as the protocol reference has them.
enum ReaderRequest: Equatable {
  case ping
  case getProtocol
  case setProtocol(version: String)
  case getStatus
  case readBattery
  case getTime
  case setTime(localMilliseconds: Int64)
  case start
  case stop
  case newFile
  case pushTags(Bool)
  case passings
  case getPassings(ClosedRange<Int>)
  case listFiles
  case getFileInfo(file: String)
  case getFile(String, ClosedRange<Int>)
  case clearFiles
  case setBounce(seconds: Int)
  case setBuzzer(Bool)

  /// Why a line is no command.
  enum Fault: Error, Equatable {
    case unknownName
    case badArguments
  }

  /// Every command's name.
  static let names: Set<String> = [
    "PING", "GETPROTOCOL", "SETPROTOCOL", "GETSTATUS", "READBATTERY", "GETTIME", "SETTIME", "START", "STOP",
    "NEWFILE", "PUSHTAGS", "PASSINGS", "GETPASSINGS", "LISTFILES", "GETFILEINFO", "GETFILE", "CLEARFILES",
    "SETBOUNCE", "SETBUZZER",
  ]

  /// - Parameters:
  ///   - name: the first field of the line.
  ///   - arguments: the others.
  init(name: String, arguments: [String]) throws(Fault) {
    guard ReaderRequest.names.contains(name) else { throw .unknownName }
    guard let request = ReaderRequest.withArguments(name, arguments) else { throw .badArguments }
    self = request
  }

  private static func withArguments(_ name: String, _ arguments: [String]) -> ReaderRequest? {
    switch (name, arguments.count) {
    case ("PING", 0): .ping
    case ("GETPROTOCOL", 0): .getProtocol
    case ("SETPROTOCOL", 1): .setProtocol(version: arguments[0])
    case ("GETSTATUS", 0): .getStatus
    case ("GETSTATUS", 1): arguments[0] == "system" ? .getStatus : nil
    case ("READBATTERY", 0): .readBattery
    case ("GETTIME", 0): .getTime
    case ("SETTIME", 2): wholeSeconds(arguments[0], arguments[1]).map { .setTime(localMilliseconds: $0) }
    case ("START", 0): .start
    case ("STOP", 0): .stop
    case ("NEWFILE", 0): .newFile
    case ("PUSHTAGS", 1): truth(arguments[0]).map { .pushTags($0) }
    case ("PASSINGS", 0): .passings
    case ("GETPASSINGS", 2): range(arguments[0], arguments[1]).map { .getPassings($0) }
    case ("LISTFILES", 0): .listFiles
    case ("GETFILEINFO", 1): arguments[0].isEmpty ? nil : .getFileInfo(file: arguments[0])
    case ("GETFILE", 3):
      arguments[0].isEmpty ? nil : range(arguments[1], arguments[2]).map { .getFile(arguments[0], $0) }
    case ("CLEARFILES", 0): .clearFiles
    case ("SETBOUNCE", 1): number(arguments[0], in: 1...3600).map { .setBounce(seconds: $0) }
    case ("SETBUZZER", 1): truth(arguments[0]).map { .setBuzzer($0) }
    default: nil
    }
  }

  private static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true": true
    case "false": false
    default: nil
    }
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text), range.contains(number)
    else { return nil }
    return number
  }

  private static func range(_ first: String, _ last: String) -> ClosedRange<Int>? {
    let possible = 1...Int(Int32.max)
    guard let first = number(first, in: possible), let last = number(last, in: possible), first <= last
    else { return nil }
    return first...last
  }

  private static func wholeSeconds(_ date: String, _ time: String) -> Int64? {
    time.utf8.count == 8 ? ReaderTime.parse(date: date, time: time) : nil
  }
}
