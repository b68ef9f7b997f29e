import JSONDocument

extension SimulatedCloud {
  /// A good answer with those fields beside the description.
  func success(_ fields: JSONValue, status: Int = 200, description: String = "Success") -> CloudAnswer {
    var object = JSONObject([.init(name: "description", value: .string(description))])
    for member in fields.object?.members ?? [] { object.append(member.name, member.value) }
    return CloudAnswer(status: status, body: .document(wrapped(.object(spoiled(object)))))
  }

  /// An answer that says why not.
  func failure(_ rejection: CloudRejection) -> CloudAnswer {
    // Some errors of the newer pages are `{"body": null}`.
    let isBare = settings.envelope == .body && rejection.status == 404
    switch faults.errorBody {
    case .documented, .json:
      if isBare { return CloudAnswer(status: rejection.status, body: .document(["body": nil])) }
    case .broken, .empty, .html: break
    }
    return failure(rejection.status, rejection.description, about: rejection.subject)
  }

  /// The same for what no rejection tells.
  func failure(
    _ status: Int, _ description: String, about subject: (name: String, value: String)? = nil
  ) -> CloudAnswer {
    let body: CloudAnswer.Body
    switch faults.errorBody {
    case .documented where status == 404, .broken:
      let more = subject.map { "    \($0.name): \"\($0.value)\",\n" } ?? ""
      body = .text("{\n    description: \"\(description)\",\n\(more)}\n", type: "application/json")
    case .documented, .json:
      var object = JSONObject([.init(name: "description", value: .string(description))])
      if let subject { object.append(subject.name, .string(subject.value)) }
      body = .document(wrapped(.object(object)))
    case .empty: body = .empty
    case .html:
      body = .text("<html><body><h1>\(description)</h1></body></html>\n", type: "text/html; charset=utf-8")
    }
    return CloudAnswer(status: status, body: body)
  }

  private func wrapped(_ document: JSONValue) -> JSONValue {
    switch settings.envelope {
    case .v0: document
    case .body: ["body": document]
    }
  }

  /// The object with the field faults in it, and in its result.
  private func spoiled(_ object: JSONObject) -> JSONObject {
    guard faults.fields != CloudFieldFaults() else { return object }
    var spoiled = JSONObject()
    for member in object.members where !faults.fields.missing.contains(member.name) {
      spoiled.append(member.name, faults.fields.null.contains(member.name) ? .null : within(member.value))
    }
    if faults.fields.hasUnknown { spoiled.append("x_unknown", ["list": [1, nil, "two"], "flag": true]) }
    return spoiled
  }

  private func within(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object): .object(spoiled(object))
    case .array(let values): .array(values.map(within))
    case .null, .bool, .integer, .number, .string: value
    }
  }
}

extension CloudAnswer {
  /// What a status means, in words.
  static func reason(of status: Int) -> String {
    switch status {
    case 400: "Bad request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not found"
    case 409: "Conflict"
    case 429: "Too many requests"
    case 500: "Internal server error"
    case 502: "Bad gateway"
    case 503: "Service unavailable"
    case 504: "Gateway timeout"
    default: "Status \(status)"
    }
  }
}
