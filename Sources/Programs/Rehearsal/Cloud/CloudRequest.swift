public import JSONDocument

/// A request as the simulated cloud sees it.
public struct CloudRequest: Equatable, Sendable {
  /// What was sent along.
  public enum Body: Equatable, Sendable {
    /// Nothing.
    case none
    /// A JSON document.
    case document(JSONValue)
    /// Something else; the text says why it is no JSON.
    case unreadable(String)
  }

  /// One item of the query.
  public struct Parameter: Equatable, Sendable {
    /// Its name.
    public let name: String
    /// Its value, empty when there is none.
    public let value: String

    /// A parameter.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The method, in capitals.
  public var method: String
  /// The path with the base, e.g. `/v0/devices`, percent escapes resolved.
  public var path: String
  /// The query in order.
  public var query: [Parameter]
  /// The header `api_key` or `x-api-key`.
  public var apiKey: String?
  /// The header `Content-Type`.
  public var contentType: String?
  /// What was sent along.
  public var body: Body
  /// Its size in bytes.
  public var bodySize: Int

  /// A request.
  public init(
    _ method: String, _ path: String, query: [Parameter] = [], apiKey: String? = nil,
    contentType: String? = nil, body: Body = .none, bodySize: Int = 0
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.apiKey = apiKey
    self.contentType = contentType
    self.body = body
    self.bodySize = bodySize
  }

  /// The path with its query, as logs show it.
  public var target: String {
    let items = query.map { "\($0.name)=\($0.value)" }
    return items.isEmpty ? path : path + "?" + items.joined(separator: "&")
  }
}

/// What the simulated cloud does with a request.
public struct CloudAnswer: Equatable, Sendable {
  /// What comes back.
  public enum Body: Equatable, Sendable {
    /// Nothing.
    case empty
    /// A JSON document.
    case document(JSONValue)
    /// A text of that media type.
    case text(String, type: String)
  }

  /// What the `Date` header says.
  public enum Date: Equatable, Sendable {
    /// That time: milliseconds since 1970-01-01T00:00:00Z.
    case at(Int64)
    /// There is no such header.
    case omitted
  }

  /// One header.
  public struct Header: Equatable, Sendable {
    /// Its name.
    public let name: String
    /// Its value.
    public let value: String

    /// A header.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The status; meaningless when the connection is reset.
  public var status: Int
  /// Headers beside those of the transport.
  public var headers: [Header] = []
  /// What comes back.
  public var body: Body
  /// The time that the answer claims.
  public var date = Date.omitted
  /// How long it waits before it goes out, in milliseconds.
  public var delayMilliseconds: Int64 = 0
  /// Whether the connection is reset instead.
  public var isReset = false

  /// An answer.
  public init(status: Int, body: Body) {
    self.status = status
    self.body = body
  }

  /// The document, when the body is one.
  public var document: JSONValue? {
    if case .document(let document) = body { document } else { nil }
  }
}
