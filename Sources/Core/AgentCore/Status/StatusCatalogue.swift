import JSONDocument
import One4AllProtocol

/// Every member of the status document, once. docs/status.md is written from it, and tests hold documents against it.
public enum StatusCatalogue {
  /// What a member holds.
  public enum Kind: String, Sendable {
    /// Text for people or a name.
    case text
    /// UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`.
    case time
    /// A whole number.
    case integer
    /// A number with or without a fraction.
    case number
    /// True or false.
    case flag
    /// Whole numbers in an array.
    case integers
    /// An object.
    case object
    /// Objects in an array.
    case objects
  }

  /// A member of the document.
  public struct Member: Sendable {
    /// Its names from the top, e.g. `reader.port`; `[]` stands for each element of an array.
    public let path: String
    /// What it holds.
    public let kind: Kind
    /// Whether it may be null.
    public let isNullable: Bool
    /// What it means, for the documentation.
    public let meaning: String
    /// What it is now; of an object, and of a member of an array's elements, nothing.
    let value: @Sendable (StatusView) -> JSONValue

    init(
      _ path: String, _ kind: Kind, orNull isNullable: Bool = false, _ meaning: String,
      _ value: @escaping @Sendable (StatusView) -> JSONValue
    ) {
      self.path = path
      self.kind = kind
      self.isNullable = isNullable
      self.meaning = meaning
      self.value = value
    }

    /// An object, whose members follow.
    fileprivate static func object(_ path: String, _ meaning: String) -> Member {
      Member(path, .object, meaning) { _ in .null }
    }
  }

  /// A member of each element of an array.
  struct Column<Element>: Sendable {
    let name: String
    let kind: Kind
    var isNullable = false
    let meaning: String
    let value: @Sendable (Element) -> JSONValue
  }

  /// An array of objects, and the members of its elements.
  private static func list<Element>(
    _ path: String, _ meaning: String, _ columns: [Column<Element>],
    _ elements: @escaping @Sendable (StatusView) -> [Element]
  ) -> [Member] {
    let all = Member(path, .objects, meaning) { view in
      .array(elements(view).map { document(of: $0, columns) })
    }
    return [all]
      + columns.map { column in
        Member("\(path)[].\(column.name)", column.kind, orNull: column.isNullable, column.meaning) { _ in
          .null
        }
      }
  }

  /// An element of an array.
  static func document<Element>(of element: Element, _ columns: [Column<Element>]) -> JSONValue {
    var object = JSONObject()
    for column in columns { object.append(column.name, column.value(element)) }
    return .object(object)
  }

  /// All members, in the document's order.
  public static let members = top + reader + cloud + device + passings + frames + clock + conditions

  /// The document: every member that is no element of an array, with what it is now.
  static func document(_ view: StatusView) -> JSONValue {
    var document = JSONObject()
    for member in members where !member.path.contains("[]") {
      let names = member.path.split(separator: ".").map(String.init)
      switch (names.count, member.kind) {
      case (1, .object): document.append(names[0], .object(JSONObject()))
      case (1, _): document.append(names[0], member.value(view))
      case (_, _):
        var inner = document[names[0]]?.object ?? JSONObject()
        inner.append(names[1], member.value(view))
        document[names[0]] = .object(inner)
      }
    }
    return .object(document)
  }

  private static let top: [Member] = [
    Member("schema", .text, "`\(AgentStatus.schema)`") { _ in .string(AgentStatus.schema) },
    Member("version", .text, "version of the daemon") { .string($0.version) },
    Member("now", .time, "when the document was made, by the host's clock") { .time($0.now.wall) },
    Member("uptime_seconds", .integer, "how long the daemon runs") {
      .integer(($0.now.monotonic - $0.agent.startedAt).wholeMilliseconds / 1000)
    },
    Member("well", .flag, "whether all is well: see below") { .bool($0.health.isWell) },
    Member("summary", .text, "reader, cloud and age of the last frame in one line") {
      .string($0.health.summary)
    },
    Member("advice", .text, orNull: true, "what to do first; null: all is well") { .text($0.health.advice) },
  ]

  private static let reader: [Member] =
    [
      .object("reader", "the reader and the line to it"),
      Member("reader.state", .text, "one of the states below") { .string($0.agent.session.state.rawValue) },
      Member("reader.reason", .text, orNull: true, "why it is not connected, in a line") {
        .text($0.agent.session.stateReason(by: $0.agent.problems))
      },
      Member("reader.port", .text, "the port as configured") { .string("\($0.agent.settings.reader.port)") },
      Member("reader.device", .text, orNull: true, "what the port resolved to when it was opened") {
        .text($0.agent.session.device)
      },
    ] + ReaderField.identity.map(\.member) + [
      Member(
        "reader.time_zone", .text, orNull: true,
        "zone of the reader's clock: the configured one, else its own"
      ) { .text($0.agent.settings.reader.timeZone ?? $0.agent.session.status?.timeZone) }
    ] + ReaderField.session.map(\.member) + [
      Member(
        "reader.passings_counted_at", .time, orNull: true,
        "when the reader said how many; it does so every `poll_interval`"
      ) { .time($0.agent.session.status == nil ? nil : $0.label($0.agent.session.statusAt)) },
      Member("reader.last_frame_at", .time, orNull: true, "when the last valid frame of this reader came") {
        .time($0.label($0.agent.session.lastFrameAt))
      },
      Member(
        "reader.last_frame_age_seconds", .number, orNull: true,
        "how long that is ago, by a clock that never steps, in tenths"
      ) { view in .tenths(view.agent.session.lastFrameAt.map { view.now.monotonic - $0 }) },
    ] + ReaderField.condition.map(\.member)

  private static let cloud: [Member] = [
    .object("cloud", "the cloud"),
    Member("cloud.state", .text, "one of the states below") { .string($0.agent.cloudState.rawValue) },
    Member("cloud.url", .text, "its address as configured") { .string($0.agent.report.cloud.url) },
    Member("cloud.deviceid", .text, orNull: true, "the cloud's name for the reader") {
      .text($0.agent.report.binding?.deviceid)
    },
    Member("cloud.last_heartbeat_at", .time, orNull: true, "when the cloud last took a report") {
      .time($0.label($0.agent.report.lastHeartbeatAt))
    },
    Member("cloud.heartbeat_request", .text, "the request that reports the device now") {
      .string("\($0.agent.report.heartbeatRequest)")
    },
    Member("cloud.next_attempt_at", .time, orNull: true, "when the next request is due") {
      .time($0.label($0.agent.report.nextAttemptAt))
    },
    Member(
      "cloud.last_error", .text, orNull: true,
      "what last went wrong with the cloud; null once it is right again"
    ) { .text($0.agent.report.lastError) },
  ]

  private static let device: [Member] =
    [
      .object("device", "reader and cloud side by side"),
      Member("device.agrees", .flag, orNull: true, "whether all fields agree; null: not verified") {
        .flag($0.agent.report.agrees(at: $0.now))
      },
    ]
    + list("device.fields", "the fields; none before a reader has said who it is", fields) {
      $0.agent.report.comparison(at: $0.now)?.fields ?? []
    }

  private static let passings: [Member] = [
    .object(
      "passings",
      "the ledger's sums over all session files; `stored` = `acknowledged` + `waiting` + `rejected`"),
    Member("passings.captured", .integer, "frames of passings heard since the daemon started") {
      .whole($0.agent.session.totals.passing)
    },
    Member("passings.stored", .integer, "kept on disk") { .whole($0.agent.ledger.sum(\.stored)) },
    Member("passings.acknowledged", .integer, "taken by the cloud") {
      .whole($0.agent.ledger.sum(\.acknowledged))
    },
    Member("passings.waiting", .integer, "kept, and not yet taken by the cloud") {
      .whole($0.agent.ledger.sum(\.waiting))
    },
    Member("passings.rejected", .integer, "refused by the cloud") { .whole($0.agent.ledger.sum(\.rejected)) },
    Member("passings.lost", .integer, "the reader gave out the number and has the passing no more") {
      .whole($0.agent.ledger.sum(\.lost))
    },
    Member("passings.gaps", .integer, "still to be fetched from the reader") { view in
      .whole(view.agent.standings(at: view.now).reduce(0) { $0 + $1.gapCount })
    },
    Member("passings.unconfirmed", .integer, "of those waiting: to be confirmed by the reader's memory first")
    { .whole($0.agent.ledger.sum(\.unconfirmed)) },
    Member(
      "passings.undecided", .integer,
      "of those waiting: stamped by a reader's clock that had jumped, a person is to decide about them"
    ) { .whole($0.agent.ledger.sum(\.undecided)) },
    Member("passings.doubtful", .integer, "frames that are kept aside and not believed") {
      .whole($0.agent.ledger.doubtful)
    },
    Member("passings.unwritten", .integer, "heard, and not yet on disk") {
      .whole($0.agent.intake.waitingRows)
    },
    Member("passings.dropped", .integer, "heard since the daemon started, and no room was left for them") {
      .whole($0.agent.intake.droppedRows)
    },
    Member("passings.forward", .flag, "whether passings are sent to the cloud") {
      .bool($0.agent.settings.passings.forward)
    },
    Member(
      "passings.hold", .text, orNull: true,
      "why passings are not sent now, of one session file (its name stands first) or at all; null: nothing holds"
    ) { .text($0.agent.hold(at: $0.now)) },
    Member("passings.well", .flag, "whether the passings are well, as the ledger says it: see below") {
      .bool($0.health.arePassingsWell)
    },
  ]

  private static let frames: [Member] = [
    .object("frames", "what the line said since the daemon started"),
    Member("frames.passing", .integer, "passings") { .whole($0.agent.session.totals.passing) },
    Member("frames.reply", .integer, "replies, greetings and ends of lists") {
      .whole($0.agent.session.totals.reply)
    },
    Member("frames.malformed", .integer, "what was no frame") { .whole($0.agent.session.totals.malformed) },
    Member(
      "frames.unknown_form", .integer,
      "of that, lines like passings with 9 to 12 fields or more than 13: of a firmware that is not known, perhaps"
    ) { .whole($0.agent.session.totals.unknownForm) },
    Member("frames.bytes", .integer, "bytes, all told") { .whole($0.agent.session.totals.bytes) },
  ]

  private static let clock: [Member] = [
    .object("clock", "the host's clock, and the reader's beside it"),
    Member("clock.trusted", .flag, "whether it may label a last_seen") {
      .bool($0.agent.report.clock.isTrusted(at: $0.now))
    },
    Member("clock.verdict", .text, "what kernel and cloud say of it: see below") {
      .string($0.agent.report.clock.verdict(at: $0.now).rawValue)
    },
    Member("clock.kernel_synchronised", .flag, "whether the kernel calls it synchronised") {
      .bool($0.now.kernelSynchronised)
    },
    Member("clock.cloud_time", .time, orNull: true, "what the cloud's clock shows now, by its `Date`") {
      .time($0.agent.report.clock.cloudTime(at: $0.now)?.time)
    },
    Member("clock.offset_seconds", .number, orNull: true, "the host's clock less the cloud's, in tenths") {
      .tenths($0.agent.report.clock.offset(at: $0.now))
    },
    Member(
      "clock.reader_offset_seconds", .number, orNull: true,
      "the reader's clock less the host's, in thousandths; null: not measured, or the host's clock has stepped since"
    ) { .thousandths($0.agent.readerClock.measurement?.offset) },
    Member(
      "clock.reader_offset_uncertainty_seconds", .number, orNull: true,
      "how far from that the truth may be; 5.5 s more when only the cloud vouches for the host's clock"
    ) { .thousandths($0.agent.readerClock.measurement?.uncertainty) },
    Member("clock.reader_measured_at", .time, orNull: true, "when the reader's clock was measured") {
      .time($0.label($0.agent.readerClock.measurement?.at))
    },
  ]

  private static let conditions: [Member] = list(
    "conditions", "what is wrong now, the worst first", conditionColumns
  ) { view in view.health.problems.map { ($0, view.now) } }

  private static let fields: [Column<DeviceComparison.Field>] = [
    Column(
      name: "name", kind: .text,
      meaning: DeviceComparison.Name.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    ) { .string($0.name.rawValue) },
    Column(
      name: "reader", kind: .text, isNullable: true,
      meaning: "what the reader says; `alias`: the configuration"
    ) { .text($0.reader) },
    Column(name: "cloud", kind: .text, isNullable: true, meaning: "what the cloud says") { .text($0.cloud) },
    Column(name: "agrees", kind: .flag, isNullable: true, meaning: "whether they agree; null: not verified") {
      .flag($0.agrees)
    },
  ]

  /// Something that is wrong, as status and ledger show it.
  static let conditionColumns: [Column<(problem: Problem, now: Moment)>] = [
    Column(name: "event", kind: .text, meaning: "a registered event of [events.md](events.md)") {
      .string($0.problem.event.rawValue)
    },
    Column(
      name: "severity", kind: .text,
      meaning: LogPriority.allCases.map { "`\($0.name)`" }.joined(separator: ", ")
    ) { .string($0.problem.event.priority.name) },
    Column(name: "message", kind: .text, meaning: "a line for a person") { .string($0.problem.message) },
    Column(name: "since", kind: .time, meaning: "when it began") { .time($0.now.label($0.problem.since)) },
    Column(name: "repetitions", kind: .integer, meaning: "how often it was found again") {
      .whole($0.problem.repetitions)
    },
  ]
}
