import JSONDocument

/// A request whose form is right: what to do.
enum CloudOperation: Equatable {
  case bind(CloudBinding)
  case heartbeat(deviceid: String, CloudHeartbeat)
  case device(String)
  case devices(page: Int, limit: Int)
  case unbind(String)
  case openSession(deviceid: String, alias: String?)
  case closeSession(String)
  case sessions(deviceid: String)
  case activeSession(deviceid: String)
  case session(String)
  case insertPassings(token: String, [CloudPassing])
  case sessionPassings(token: String, ClosedRange<Int64>, page: Int)
  case devicePassings(deviceid: String, ClosedRange<Int64>, page: Int)
  case resumedPassings(deviceid: String, token: String?, last: Int64, page: Int)

  /// Most entries of a page.
  static let pageSize = 5000

  /// Reads a request strictly.
  init(_ match: CloudRoute.Match, _ request: CloudRequest) throws(CloudRejection) {
    let subject = match.subject
    let query = CloudQuery(parameters: request.query)
    switch match.route {
    case .bind:
      self = .bind(try CloudBinding(try CloudOperation.sent(by: request)))
    case .heartbeat:
      try CloudOperation.requireDeviceID(subject)
      self = .heartbeat(deviceid: subject, try CloudHeartbeat(try CloudOperation.sent(by: request)))
    case .device:
      try query.allowOnly([])
      try CloudOperation.requireDeviceID(subject)
      self = .device(subject)
    case .devices:
      try query.allowOnly(["page", "limit"])
      self = .devices(
        page: try query.whole("page", from: 1) ?? 1,
        limit: try query.whole("limit", from: 1, to: CloudOperation.pageSize) ?? CloudOperation.pageSize)
    case .unbind:
      try query.allowOnly([])
      try CloudOperation.requireDeviceID(subject)
      self = .unbind(subject)
    case .openSession:
      let fields = try CloudOperation.sent(by: request)
      try fields.allowOnly(["deviceid", "alias"])
      let deviceid = try fields.text("deviceid")
      try CloudOperation.requireDeviceID(deviceid)
      self = .openSession(deviceid: deviceid, alias: try fields.optionalText("alias"))
    case .closeSession:
      try CloudOperation.requireNoFields(request)
      self = .closeSession(subject)
    case .sessions:
      try query.allowOnly([])
      try CloudOperation.requireDeviceID(subject)
      self = .sessions(deviceid: subject)
    case .activeSession:
      try query.allowOnly([])
      try CloudOperation.requireDeviceID(subject)
      self = .activeSession(deviceid: subject)
    case .session:
      try query.allowOnly([])
      self = .session(subject)
    case .insertPassings:
      let fields = try CloudOperation.sent(by: request)
      try fields.allowOnly(["token_session", "passings_list"])
      self = .insertPassings(
        token: try fields.text("token_session"), try CloudPassing.list(fields, "passings_list"))
    case .sessionPassings:
      try query.allowOnly(["first", "last", "page"])
      let range = try CloudOperation.range(
        Int64(try query.whole("first", from: 0) ?? 0), try query.whole("last", from: 0).map(Int64.init),
        "last")
      self = .sessionPassings(token: subject, range, page: try query.whole("page", from: 1) ?? 1)
    case .devicePassings:
      try query.allowOnly(["from", "to", "page"])
      try CloudOperation.requireDeviceID(subject)
      let range = try CloudOperation.range(try query.time("from") ?? .min, try query.time("to"), "to")
      self = .devicePassings(deviceid: subject, range, page: try query.whole("page", from: 1) ?? 1)
    case .resumedPassings:
      try query.allowOnly(["token_session", "last", "page"])
      try CloudOperation.requireDeviceID(subject)
      self = .resumedPassings(
        deviceid: subject, token: query.text("token_session"),
        last: Int64(try query.whole("last", from: 0) ?? -1), page: try query.whole("page", from: 1) ?? 1)
    }
  }

  /// The object that came along.
  private static func sent(by request: CloudRequest) throws(CloudRejection) -> CloudFields {
    guard request.query.isEmpty else {
      throw .malformed("Unknown parameter: \(request.query.map(\.name).joined(separator: ", "))")
    }
    switch request.body {
    case .none: throw .malformed("Missing body")
    case .unreadable(let reason): throw .malformed("The body is not JSON: \(reason)")
    case .document(let document):
      let type = request.contentType?.split(separator: ";").first?.lowercased()
      guard type == "application/json" else { throw .malformed("Content-Type must be application/json") }
      guard let object = document.object else { throw .malformed("The body must be a JSON object") }
      return CloudFields(object)
    }
  }

  /// For calls that take nothing; an empty object is harmless.
  private static func requireNoFields(_ request: CloudRequest) throws(CloudRejection) {
    if request.body == .none && request.query.isEmpty { return }
    try sent(by: request).allowOnly([])
  }

  /// What is no deviceid at all cannot be found; only a broken client asks for it.
  private static func requireDeviceID(_ text: String) throws(CloudRejection) {
    let digits = Set("0123456789ABCDEF")
    guard text.count == 64, text.allSatisfy(digits.contains) else {
      throw .notFound("Device not found", isMisuse: true)
    }
  }

  private static func range(
    _ first: Int64, _ last: Int64?, _ name: String
  ) throws(CloudRejection) -> ClosedRange<Int64> {
    let end = last ?? .max
    guard first <= end else { throw .malformed("Wrong parameter: \(name) lies before the beginning") }
    return first...end
  }
}
