public import JSONDocument

/// How everything stands, as a document: the contract `one4all.status/1`, whose members `StatusCatalogue` declares.
public enum AgentStatus {
  /// Names the contract and its version.
  public static let schema = "one4all.status/1"

  /// The document. Times are UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`; what is not known is null.
  /// - Parameter version: the daemon's.
  public static func document(of agent: Agent, version: String, at now: Moment) -> JSONValue {
    StatusCatalogue.document(
      StatusView(agent: agent, health: Health(agent, at: now), version: version, now: now))
  }
}

/// What the status is made of.
struct StatusView {
  let agent: Agent
  let health: Health
  let version: String
  let now: Moment

  /// A moment by the host's wall clock.
  func label(_ time: MonotonicTime?) -> WallTime? { time.map(now.label) }
}

extension Problem {
  /// As status and ledger show it.
  func document(at now: Moment) -> JSONValue {
    StatusCatalogue.document(of: (self, now), StatusCatalogue.conditionColumns)
  }
}

extension JSONValue {
  /// A time, `YYYY-MM-DDTHH:mm:ss.sssZ`, or `null`.
  static func time(_ time: WallTime?) -> JSONValue { .text(time?.iso8601) }

  /// Seconds in tenths, or `null`.
  static func tenths(_ span: Duration?) -> JSONValue {
    .real(span.map { Double($0.wholeMilliseconds / 100) / 10 })
  }

  /// Seconds in thousandths, or `null`.
  static func thousandths(_ span: Duration?) -> JSONValue {
    .real(span.map { Double($0.wholeMilliseconds) / 1000 })
  }
}
