/// The words of a command, taken from the left.
struct CloudWords {
  private var words: ArraySlice<String>

  init(_ command: String) {
    words = command.split(whereSeparator: \.isWhitespace).map(String.init)[...]
  }

  var peek: String? { words.first }

  mutating func skip() { words = words.dropFirst() }

  /// Takes the next word if it is that one.
  mutating func accept(_ word: String) -> Bool {
    guard words.first == word else { return false }
    skip()
    return true
  }

  mutating func next(_ wanted: String) throws(CloudOrderError) -> String {
    guard let word = words.popFirst() else { throw CloudOrderError("missing: \(wanted)") }
    return word
  }

  func end() throws(CloudOrderError) {
    if let word = words.first { throw CloudOrderError("too much: '\(word)'") }
  }

  mutating func choice<Value>(_ choices: [String: Value]) throws(CloudOrderError) -> Value {
    let wanted = "one of " + choices.keys.sorted().joined(separator: ", ")
    let word = try next(wanted)
    guard let value = choices[word] else { throw CloudOrderError("'\(word)' is not \(wanted)") }
    return value
  }

  mutating func count() throws(CloudOrderError) -> Int {
    let word = try next("a number")
    guard let number = Int(word) else { throw CloudOrderError("'\(word)' is no number") }
    return try CloudWords.positive(number)
  }

  static func positive(_ number: Int) throws(CloudOrderError) -> Int {
    guard number > 0 else { throw CloudOrderError("\(number) must be 1 or more") }
    return number
  }

  /// A duration in milliseconds: `500ms`, `2s`, `1min`; without a unit, seconds.
  mutating func duration() throws(CloudOrderError) -> Int64 {
    let word = try next("a duration, as 2s or 500ms")
    guard let milliseconds = CloudWords.milliseconds(word), milliseconds >= 0 else {
      throw CloudOrderError("'\(word)' is no duration, as 2s or 500ms")
    }
    return milliseconds
  }

  private static func milliseconds(_ word: String) -> Int64? {
    let units: [(name: String, length: Double)] = [("ms", 1), ("min", 60_000), ("s", 1000), ("", 1000)]
    guard let unit = units.first(where: { word.hasSuffix($0.name) }),
      let number = Double(word.dropLast(unit.name.count)), number.isFinite, abs(number) < 1e12
    else { return nil }
    return Int64(number * unit.length)
  }

  private mutating func status(from least: Int = 400) throws(CloudOrderError) -> Int {
    let word = try next("a status")
    guard let status = Int(word), (least...599).contains(status) else {
      throw CloudOrderError("'\(word)' is no status from \(least) to 599")
    }
    return status
  }

  /// What stands after `say`.
  mutating func saying() throws(CloudOrderError) -> CloudFault {
    let status = try status(from: 200)
    let body = try next("a body, or -")
    var fault = CloudFault(kind: .say(status: status, body: body == "-" ? "" : body))
    try conditions(of: &fault)
    return fault
  }

  /// How many of a hundred: `20%`.
  mutating func rate() throws(CloudOrderError) -> Double {
    let word = try next("a rate, as 20%")
    guard word.hasSuffix("%"), let rate = Double(word.dropLast()), (0...100).contains(rate) else {
      throw CloudOrderError("'\(word)' is no rate, as 20%")
    }
    return rate
  }

  /// What stands after `fail`.
  mutating func failure() throws(CloudOrderError) -> CloudFault {
    var percent = 100.0
    var code = 503
    if accept("rate") {
      percent = try rate()
      if let word = peek, Int(word) != nil { code = try status() }
    } else {
      code = try status()
    }
    let retryAfter = accept("retry-after") ? try count() : nil
    var fault = CloudFault(kind: .fail(status: code, retryAfter: retryAfter))
    fault.percent = percent
    try conditions(of: &fault)
    return fault
  }

  /// How long, where and when a fault strikes, in any order.
  mutating func conditions(of fault: inout CloudFault) throws(CloudOrderError) {
    while let word = words.popFirst() {
      switch word {
      case "for":
        fault.remaining = try count()
        guard accept("requests") || accept("request") else { throw CloudOrderError("missing: requests") }
      case "until":
        guard accept("ok") else { throw CloudOrderError("missing: ok") }
        fault.remaining = nil
      case "on":
        let name = try next("a route")
        guard let scope = CloudScope(name: name) else {
          let known = ["all", "read", "write"] + CloudRoute.allCases.map(\.rawValue)
          throw CloudOrderError("no route '\(name)'; there are \(known.joined(separator: ", "))")
        }
        fault.scope = scope
      case "after-work":
        switch fault.kind {
        case .fail, .say: fault.isAfterWork = true
        case .reset, .slow: throw CloudOrderError("after-work belongs to fail and say")
        }
      case "retry-after":
        guard case .fail(let status, _) = fault.kind else {
          throw CloudOrderError("retry-after belongs to fail")
        }
        fault.kind = .fail(status: status, retryAfter: try count())
      default: throw CloudOrderError("'\(word)' is none of for, until, on, after-work, retry-after")
      }
    }
  }

  /// A field and its value, which may hold spaces.
  mutating func edit() throws(CloudOrderError) -> CloudEdit {
    let field = try next("a field")
    let value = words.joined(separator: " ")
    guard !value.isEmpty else { throw CloudOrderError("missing: a value") }
    words = []
    let isNull = value == "null"
    switch field {
    case "firmware": return .firmware(isNull ? nil : value)
    case "model": return .model(value)
    case "alias": return .alias(isNull ? nil : value)
    case "serial_number": return .serialNumber(value)
    case "last_seen":
      if isNull { return .lastSeen(nil) }
      guard let time = CloudTime.parse(value) else {
        throw CloudOrderError("'\(value)' is no time as YYYY-MM-DDTHH:mm:ss.sssZ")
      }
      return .lastSeen(time)
    default:
      throw CloudOrderError("'\(field)' is none of firmware, model, alias, serial_number, last_seen")
    }
  }

  mutating func dateHeader() throws(CloudOrderError) -> CloudDateHeader {
    if accept("off") { return .offset(milliseconds: 0) }
    if accept("omit") { return .omitted }
    let word = try next("an offset as 3600s or -30s, off, or omit")
    guard let milliseconds = CloudWords.milliseconds(word) else {
      throw CloudOrderError("'\(word)' is no offset as 3600s or -30s")
    }
    return .offset(milliseconds: milliseconds)
  }

  mutating func key() throws(CloudOrderError) -> CloudOrder {
    let word = try next("KEY:ACCESS")
    guard let colon = word.lastIndex(of: ":"), colon != word.startIndex else {
      throw CloudOrderError("a key is given as KEY:ACCESS")
    }
    let name = word[word.index(after: colon)...]
    if name == "off" { return .key(String(word[..<colon]), nil) }
    guard let access = CloudAccess(name: String(name)) else {
      throw CloudOrderError("'\(name)' is none of READ, WRITE, READ_WRITE, UNBIND, joined by +")
    }
    return .key(String(word[..<colon]), access)
  }

  mutating func fields() throws(CloudOrderError) -> CloudOrder {
    let kind = try next("unknown, null, missing or good")
    switch kind {
    case "unknown": return .unknownFields
    case "good": return .goodFields
    case "null": return .nullFields(try names())
    case "missing": return .missingFields(try names())
    default: throw CloudOrderError("'\(kind)' is none of unknown, null, missing, good")
    }
  }

  private mutating func names() throws(CloudOrderError) -> [String] {
    guard !words.isEmpty else { throw CloudOrderError("missing: names of fields") }
    defer { words = [] }
    return Array(words)
  }
}
