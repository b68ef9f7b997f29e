import JSONDocument

/// What a 404 means where a list was asked for. The vendor's cloud answers an empty list so: `Sessions not found` of a
/// device without sessions (cloud reference, "Nothing there is a 404").
enum CloudAbsence: Equatable, Sendable {
  /// The list is empty.
  case nothing
  /// What the list belongs to is not there.
  case parent
  /// It does not say what is missing: a proxy, or a route that is not there.
  case unsaid

  /// A list of the cloud.
  enum List: Sendable {
    /// The sessions of a device.
    case sessions
    /// The passings of a session.
    case passings
    /// The passings of a device.
    case devicePassings

    /// What a cloud that does not show it refuses.
    var request: String {
      switch self {
      case .sessions: "to list the sessions"
      case .passings: "to show passings"
      case .devicePassings: "to show the device's passings"
      }
    }
  }

  /// Reads the body of a 404; nil for another status.
  init?(_ answer: CloudAnswer, of list: List) {
    guard answer.kind == .notFound else { return nil }
    // On the newer pages nothing there is `{"body": null}`.
    if case .json(let document) = answer.body, document["body"]?.isNull == true {
      self = .nothing
      return
    }
    let words = answer.body.explanation?.lowercased() ?? ""
    guard words.contains("not found") || words.contains("no ") else {
      self = .unsaid
      return
    }
    let isOfDevice = words.contains("device not found") || words.contains("devices not found")
    let isOfSession = words.contains("session not found") || words.contains("sessions not found")
    switch list {
    case .sessions: self = isOfDevice ? .parent : words.contains("session") ? .nothing : .unsaid
    case .passings:
      self = isOfDevice || isOfSession ? .parent : words.contains("passing") ? .nothing : .unsaid
    case .devicePassings:
      self = isOfDevice ? .parent : isOfSession || words.contains("passing") ? .nothing : .unsaid
    }
  }
}
