import JSONDocument
import Rehearsal

/// A simulated cloud with a clock that a test moves.
struct CloudFixture {
  static let key = "ror-test"
  static let identity: JSONValue = [
    "type": "One4All", "model": "One4All 5 PRO", "serial_number": "O4A-00150", "firmware": "1.0.1",
  ]
  static let start: Int64 = 1_768_000_000_000

  var cloud: SimulatedCloud
  var now = CloudFixture.start
  var key: String? = CloudFixture.key

  init(
    access: CloudAccess = [.read, .write, .unbind], envelope: CloudEnvelope = .v0,
    emptyLists: CloudEmptyLists = .missing, seed: UInt64 = 1
  ) {
    cloud = SimulatedCloud(
      .init(keys: [CloudFixture.key: access], envelope: envelope, emptyLists: emptyLists, seed: seed))
  }

  /// Sends a request; `target` is path and query behind the base.
  mutating func send(_ method: String, _ target: String, _ body: JSONValue? = nil) -> CloudAnswer {
    let parts = target.split(separator: "?", maxSplits: 1)
    let query = parts.count < 2 ? [] : parts[1].split(separator: "&")
    let request = CloudRequest(
      method, "/v0\(parts[0])",
      query: query.map { item in
        let pair = item.split(separator: "=", maxSplits: 1)
        return .init(String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
      },
      apiKey: key, contentType: body == nil ? nil : "application/json",
      body: body.map { .document($0) } ?? .none, bodySize: body == nil ? 0 : 100)
    return cloud.answer(request, now: now)
  }

  /// Binds the device of `identity` and gives its deviceid.
  mutating func bind(_ identity: JSONValue = CloudFixture.identity) -> String {
    send("POST", "/devices", identity).document?["deviceid"]?.string ?? ""
  }

  /// Opens a session and gives its token.
  mutating func open(_ deviceid: String) -> String {
    send("POST", "/sessions", ["deviceid": .string(deviceid)]).document?["token_session"]?.string ?? ""
  }

  /// The device as GET shows it.
  mutating func device(_ deviceid: String) -> JSONValue? {
    send("GET", "/devices/\(deviceid)").document?["result"]
  }

  /// Carries out a command that must be understood.
  mutating func tell(_ command: String) -> JSONValue? {
    switch cloud.tell(command) {
    case .document(let document): document
    case .done(let text): .string(text)
    case .refused: nil
    }
  }

  /// The kinds of misuse so far.
  var misuses: [String] {
    mutating get { tell("misuse")?["entries"]?.array?.compactMap { $0["kind"]?.string } ?? [] }
  }

  /// A passing of that number.
  static func passing(_ number: Int64, at time: Int64 = CloudFixture.start) -> JSONValue {
    [
      "bib": "17", "num_passing": .integer(number), "timestamp": .string(CloudTime.text(time)),
      "chip": "E200001",
    ]
  }
}

extension CloudAnswer {
  /// What the answer says of itself.
  var words: String? {
    if case .text(let text, _) = body {
      let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
      return parts.count > 1 ? String(parts[1]) : nil
    }
    return document?["description"]?.string
  }
}
