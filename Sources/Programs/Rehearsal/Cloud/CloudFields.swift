import JSONDocument

/// The members of an object that was sent, taken strictly: every complaint names the field.
struct CloudFields {
  let object: JSONObject
  /// Where the object stands, e.g. `passings_list[3].`; empty for the document itself.
  let place: String

  init(_ object: JSONObject, place: String = "") {
    self.object = object
    self.place = place
  }

  /// Complains about any member that is not among those.
  func allowOnly(_ known: Set<String>) throws(CloudRejection) {
    for member in object.members where !known.contains(member.name) {
      throw .malformed("Unknown field: \(place)\(member.name)")
    }
  }

  func text(_ name: String) throws(CloudRejection) -> String {
    guard let text = try optionalText(name) else { throw missing(name) }
    return text
  }

  func optionalText(_ name: String) throws(CloudRejection) -> String? {
    guard let value = object[name] else { return nil }
    guard let text = value.string, !text.isEmpty else { throw wrong(name, "a string, not empty") }
    return text
  }

  func whole(_ name: String, from least: Int64) throws(CloudRejection) -> Int64 {
    guard let value = object[name] else { throw missing(name) }
    guard let number = value.integer, number >= least else { throw wrong(name, "an integer from \(least)") }
    return number
  }

  func optionalNumber(_ name: String, in range: ClosedRange<Double>) throws(CloudRejection) -> Double? {
    guard let value = object[name] else { return nil }
    guard let number = value.number, range.contains(number) else {
      throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func optionalFlag(_ name: String) throws(CloudRejection) -> Bool? {
    guard let value = object[name] else { return nil }
    guard let flag = value.bool else { throw wrong(name, "true or false") }
    return flag
  }

  func time(_ name: String) throws(CloudRejection) -> Int64 {
    guard let time = try optionalTime(name) else { throw missing(name) }
    return time
  }

  func optionalTime(_ name: String) throws(CloudRejection) -> Int64? {
    guard let value = object[name] else { return nil }
    guard let time = value.string.flatMap(CloudTime.parse) else {
      throw wrong(name, "a time as YYYY-MM-DDTHH:mm:ss.sssZ")
    }
    return time
  }

  func missing(_ name: String) -> CloudRejection { .malformed("Missing parameter: \(place)\(name)") }

  func wrong(_ name: String, _ wanted: String) -> CloudRejection {
    .malformed("Wrong field: \(place)\(name) must be \(wanted)")
  }
}

/// The query of a request, taken strictly.
struct CloudQuery {
  let parameters: [CloudRequest.Parameter]

  func allowOnly(_ known: Set<String>) throws(CloudRejection) {
    for parameter in parameters where !known.contains(parameter.name) {
      throw .malformed("Unknown parameter: \(parameter.name)")
    }
  }

  func text(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

  func whole(_ name: String, from least: Int, to most: Int = .max) throws(CloudRejection) -> Int? {
    guard let text = text(name) else { return nil }
    guard let number = Int(text), number >= least, number <= most else {
      throw .malformed("Wrong parameter: \(name) must be an integer from \(least)")
    }
    return number
  }

  func time(_ name: String) throws(CloudRejection) -> Int64? {
    guard let text = text(name) else { return nil }
    guard let time = CloudTime.parse(text) else {
      throw .malformed("Wrong parameter: \(name) must be a time as YYYY-MM-DDTHH:mm:ss.sssZ")
    }
    return time
  }
}
