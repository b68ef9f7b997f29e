/// What came in.
public struct HTTPRequest: Equatable, Sendable {
  /// The method, in capitals, e.g. `PATCH`.
  public let method: String
  /// The path with its percent escapes resolved, e.g. `/v0/devices`.
  public let path: String
  /// The query's names and values in order, escapes resolved; an item without `=` has an empty value.
  public let query: HTTPFields
  /// The headers in order.
  public let headers: HTTPFields
  /// The body, empty when there is none.
  public let body: [UInt8]

  /// A request.
  public init(
    method: String, path: String, query: HTTPFields = HTTPFields(), headers: HTTPFields = HTTPFields(),
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }
}

/// Names and values in order, as in headers and queries.
public struct HTTPFields: Equatable, Sendable {
  /// One of them.
  public struct Field: Equatable, Sendable {
    /// Its name as it was written.
    public let name: String
    /// Its value.
    public let value: String

    /// A field.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// All of them.
  public var all: [Field]

  /// Those fields.
  public init(_ fields: [Field] = []) { all = fields }

  /// The value of the first with that name, in whatever case.
  public subscript(name: String) -> String? {
    let wanted = name.lowercased()
    return all.first { $0.name.lowercased() == wanted }?.value
  }
}
