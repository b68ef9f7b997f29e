/// What goes out.
public struct HTTPResponse: Equatable, Sendable {
  /// What the `Date` header says.
  public enum Date: Equatable, Sendable {
    /// The host's time.
    case host
    /// That time: milliseconds since 1970-01-01T00:00:00Z.
    case at(milliseconds: Int64)
    /// There is no such header.
    case omitted
  }

  /// How the answer goes out.
  public enum Delivery: Equatable, Sendable {
    /// As it should.
    case whole
    /// Not at all: the connection is reset (RST) instead.
    case reset
  }

  /// The status, 200 to 599.
  public var status: Int
  /// Headers beside `Date`, `Content-Length` and `Connection`, which the server sees to.
  public var headers: HTTPFields
  /// The body.
  public var body: [UInt8]
  /// The time that the answer claims.
  public var date = Date.host
  /// How long the answer waits before it goes out, in milliseconds; other connections do not wait with it.
  public var delayMilliseconds: Int64 = 0
  /// How it goes out.
  public var delivery = Delivery.whole

  /// A response.
  public init(status: Int, headers: HTTPFields = HTTPFields(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}
