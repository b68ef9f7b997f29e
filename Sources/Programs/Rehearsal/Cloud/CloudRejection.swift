/// Why a request is not carried out.
struct CloudRejection: Error {
  let status: Int
  /// What the answer says.
  let description: String
  /// Whether whoever sent it did something that no good client does; it is then recorded.
  let isMisuse: Bool
  /// What it is about, beside the description: `deviceid` and its value.
  var subject: (name: String, value: String)?

  /// A parameter is missing, unknown or of the wrong form (400).
  static func malformed(_ description: String) -> CloudRejection {
    CloudRejection(status: 400, description: description, isMisuse: true)
  }

  /// What the path names does not exist (404), or cannot: then it is misuse as well.
  static func notFound(_ description: String, isMisuse: Bool = false) -> CloudRejection {
    CloudRejection(status: 404, description: description, isMisuse: isMisuse)
  }

  /// A list on which nothing is (404), as the vendor's pages show it.
  static func emptyList(_ what: String, of name: String, _ value: String) -> CloudRejection {
    CloudRejection(
      status: 404, description: "\(what) not found", isMisuse: false, subject: (name, value))
  }

  static let deviceNotFound = notFound("Device not found")
  static let sessionNotFound = notFound("Session not found or closed")
}
