import JSONDocument

/// Why a request is not answered.
struct RequestError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// What was asked on the control socket. A member of another kind than it should be is refused, never overlooked; null
/// stands for one that is left out.
struct ControlRequest {
  private let value: JSONValue
  /// Whether it may be answered later.
  let mayWait: Bool

  init(_ value: JSONValue, mayWait: Bool = false) {
    self.value = value
    self.mayWait = mayWait
  }

  /// A member that is a string.
  func text(_ name: String) throws(RequestError) -> String? {
    guard let member = member(name) else { return nil }
    guard let text = member.string else { throw RequestError("'\(name)' is a string") }
    return text
  }

  /// A member that is true or false; false where it is left out.
  func flag(_ name: String) throws(RequestError) -> Bool {
    guard let member = member(name) else { return false }
    guard let flag = member.bool else { throw RequestError("'\(name)' is true or false") }
    return flag
  }

  /// A member that is a whole number.
  func whole(_ name: String, from least: Int64) throws(RequestError) -> Int64? {
    guard let member = member(name) else { return nil }
    guard let whole = member.integer, whole >= least else {
      throw RequestError("'\(name)' is a whole number, \(least) or more")
    }
    return whole
  }

  /// A member that is a list of strings; none where it is left out.
  func texts(_ name: String) throws(RequestError) -> [String] {
    guard let member = member(name) else { return [] }
    let texts = member.array?.compactMap(\.string)
    guard let texts, texts.count == member.array?.count else {
      throw RequestError("'\(name)' is a list of strings")
    }
    return texts
  }

  private func member(_ name: String) -> JSONValue? {
    guard let member = value[name], member != .null else { return nil }
    return member
  }
}
