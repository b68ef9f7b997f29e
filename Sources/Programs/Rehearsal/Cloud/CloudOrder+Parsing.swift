/// A command that makes no sense; the text says why.
public struct CloudOrderError: Error, Equatable, CustomStringConvertible {
  /// One line for a person.
  public let description: String

  init(_ description: String) { self.description = description }
}

extension CloudOrder {
  /// The commands and what they do, in the order of the help.
  public static let commands: [(syntax: String, meaning: String)] = [
    ("fail STATUS [WHEN]", "answer STATUS, before doing the work"),
    ("fail 429 retry-after SECONDS [WHEN]", "the same with a Retry-After header"),
    ("fail rate PERCENT% [STATUS] [WHEN]", "answer STATUS (503) to so many of a hundred"),
    (
      "say STATUS BODY|- [WHEN]",
      "answer STATUS with that body, a word such as {} or null, or with none (-)"
    ),
    ("slow DURATION [WHEN] | slow off", "answer late, e.g. 2s, 500ms, 1min"),
    ("reset before|after [COUNT|PERCENT%] [WHEN]", "reset the connection before or after doing the work"),
    ("WHEN: for N requests | until ok", "how long; until ok is the default"),
    ("WHEN: on ROUTE", "only there; a route's name, read, write or all"),
    ("WHEN: after-work", "do the work, then answer so (fail and say only)"),
    ("portal on|off", "a captive portal: 200 with HTML"),
    ("redirect URL|off", "302 to another address"),
    ("unbind DEVICE", "remove a device, its sessions and its passings"),
    ("close-session TOKEN|DEVICE", "close that session, or the active one"),
    ("set DEVICE FIELD VALUE", "firmware, model, alias, serial_number or last_seen; null empties"),
    (
      "spoil missing|twice|other DEVICE N",
      "lose that passing, have it in a second session, or change its chip"
    ),
    ("patch-route on|off|404|405|501", "whether there is PATCH /devices/{deviceid}"),
    ("envelope v0|body", "how answers are wrapped"),
    ("empty-lists 404|200", "how a list is answered on which nothing is; 404 is as documented"),
    ("date-offset SECONDSs|off|omit", "what the Date header says beside the truth"),
    ("key KEY:ACCESS | key KEY:off", "READ, WRITE, READ_WRITE, UNBIND, joined by +"),
    ("error-body documented|json|broken|empty|html", "how errors are worded"),
    ("fields unknown | null NAME… | missing NAME…", "what is wrong with good answers"),
    ("fields good", "nothing is wrong with them any more"),
    ("ok", "all faults off; envelope, empty-lists and keys stay"),
    ("requests [N] | requests clear", "the last requests, as JSON"),
    ("misuse | misuse clear", "what was sent that no good client sends, as JSON"),
    ("devices", "all devices, as JSON"),
    ("sessions", "all sessions, as JSON"),
    ("passings [TOKEN]", "all passings of a session, or of all, as they were sent, as JSON"),
  ]

  /// Reads a command; words are separated by spaces.
  public init(_ command: String) throws(CloudOrderError) {
    var words = CloudWords(command)
    switch try words.next("a command; help lists them") {
    case "fail": self = .add(try words.failure())
    case "say": self = .add(try words.saying())
    case "slow":
      if words.accept("off") {
        self = .stopDelays
      } else {
        var fault = CloudFault(kind: .slow(milliseconds: try words.duration()))
        try words.conditions(of: &fault)
        self = .add(fault)
      }
    case "reset":
      var fault = CloudFault(kind: .reset)
      fault.isAfterWork = try words.choice(["before": false, "after": true])
      if let count = words.peek.flatMap({ Int($0) }) {
        fault.remaining = try CloudWords.positive(count)
        words.skip()
      } else if words.peek?.hasSuffix("%") == true {
        fault.percent = try words.rate()
      }
      try words.conditions(of: &fault)
      self = .add(fault)
    case "portal": self = .portal(try words.choice(["on": true, "off": false]))
    case "redirect":
      let address = try words.next("an address, or off")
      self = .redirect(address == "off" ? nil : address)
    case "unbind": self = .unbind(try words.next("a deviceid or serial number"))
    case "close-session": self = .closeSession(try words.next("a token, deviceid or serial number"))
    case "set": self = .edit(try words.next("a deviceid or serial number"), try words.edit())
    case "patch-route":
      self = .heartbeatRoute(
        status: try words.choice(["on": nil, "off": 404, "404": 404, "405": 405, "501": 501]))
    case "envelope":
      self = .envelope(
        try words.choice(
          Dictionary(uniqueKeysWithValues: CloudEnvelope.allCases.map { ($0.rawValue, $0) })))
    case "spoil":
      let spoiling = try words.choice(
        Dictionary(uniqueKeysWithValues: CloudSpoiling.allCases.map { ($0.rawValue, $0) }))
      self = .spoil(
        spoiling, device: try words.next("a deviceid or serial number"), number: Int64(try words.count()))
    case "empty-lists":
      self = .emptyLists(
        try words.choice(
          Dictionary(uniqueKeysWithValues: CloudEmptyLists.allCases.map { ($0.rawValue, $0) })))
    case "date-offset": self = .date(try words.dateHeader())
    case "key": self = try words.key()
    case "error-body":
      self = .errorBody(
        try words.choice(
          Dictionary(uniqueKeysWithValues: CloudErrorBody.allCases.map { ($0.rawValue, $0) })))
    case "fields": self = try words.fields()
    case "ok": self = .recover
    case "requests":
      if words.accept("clear") {
        self = .clearRequests
      } else if words.peek != nil {
        self = .requests(try words.count())
      } else {
        self = .requests(.max)
      }
    case "misuse": self = words.accept("clear") ? .clearMisuse : .misuse
    case "devices": self = .devices
    case "sessions": self = .sessions
    case "passings": self = .passings(token: words.peek == nil ? nil : try words.next("a token"))
    case let other: throw CloudOrderError("no command '\(other)'; help lists them")
    }
    try words.end()
  }
}
