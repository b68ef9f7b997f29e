import JSONDocument

/// What the cloud's list of a device's sessions says of those of one name.
enum SessionListing {
  enum Finding: Equatable {
    case there(token: String)
    case missing
    /// It is there, and its token is not said.
    case nameless
  }

  /// The newest one that takes passings. Without one the newest that is closed: a store that was lost has forgotten it, and
  /// what it has must not go to a second one.
  static func find(in sessions: [JSONValue]) -> Finding {
    let active = sessions.filter { !isClosed($0) }
    guard let newest = (active.isEmpty ? sessions : active).max(by: isOlder) else { return .missing }
    return newest["token_session"]?.plainText.map(Finding.there) ?? .nameless
  }

  /// The tokens of the closed ones that may have passings, the oldest first.
  static func closed(_ sessions: [JSONValue]) -> [String] {
    sessions.filter { isClosed($0) && $0["passings"]?.integer != 0 }.sorted(by: isOlder)
      .compactMap { $0["token_session"]?.plainText }
  }

  private static func isClosed(_ session: JSONValue) -> Bool { session["active"]?.bool == false }

  private static func isOlder(_ left: JSONValue, _ right: JSONValue) -> Bool {
    left["creation_date"]?.plainText ?? "" < right["creation_date"]?.plainText ?? ""
  }
}
