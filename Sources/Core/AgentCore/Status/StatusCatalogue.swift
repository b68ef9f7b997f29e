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

    fileprivate init(_ path: String, _ kind: Kind, orNull isNullable: Bool = false, _ meaning: String) {
      self.path = path
      self.kind = kind
      self.isNullable = isNullable
      self.meaning = meaning
    }
  }

  /// All members, in the document's order.
  public static let members = top + reader + cloud + device + counts + rest

  private static let top = [
    Member("schema", .text, "`\(AgentStatus.schema)`"),
    Member("version", .text, "version of the daemon"),
    Member("now", .time, "when the document was made, by the host's clock"),
    Member("uptime_seconds", .integer, "how long the daemon runs"),
    Member("well", .flag, "whether all is well: see below"),
    Member("summary", .text, "reader, cloud and age of the last frame in one line"),
    Member("advice", .text, orNull: true, "what to do first; null: all is well"),
  ]

  private static let reader = [
    Member("reader", .object, "the reader and the line to it"),
    Member("reader.state", .text, "one of the states below"),
    Member("reader.reason", .text, orNull: true, "why it is not connected, in a line"),
    Member("reader.port", .text, "the port as configured"),
    Member("reader.device", .text, orNull: true, "what the port resolved to when it was opened"),
    Member("reader.serial_number", .text, orNull: true, "by the reader's own word"),
    Member("reader.model", .text, orNull: true, "by the reader's own word"),
    Member("reader.firmware", .text, orNull: true, "by the reader's own word"),
    Member(
      "reader.time_zone", .text, orNull: true, "zone of the reader's clock: the configured one, else its own"),
    Member("reader.session_file", .text, orNull: true, "the session file that is open on the reader"),
    Member("reader.reading", .flag, orNull: true, "whether it reads chips into the session file"),
    Member("reader.passings_in_file", .integer, orNull: true, "passings in the session file"),
    Member(
      "reader.passings_counted_at", .time, orNull: true,
      "when the reader said how many; it does so every `poll_interval`"),
    Member("reader.last_frame_at", .time, orNull: true, "when the last valid frame of this reader came"),
    Member(
      "reader.last_frame_age_seconds", .number, orNull: true,
      "how long that is ago, by a clock that never steps, in tenths"),
    Member("reader.battery_percent", .integer, orNull: true, "0 to 100"),
    Member("reader.battery_volts", .number, orNull: true, "26.5 is full"),
    Member("reader.mains_power", .flag, orNull: true, "whether mains power is connected"),
    Member("reader.temperature_celsius", .number, orNull: true, "of the reader"),
    Member("reader.antennas", .integers, orNull: true, "connected antennas, 1 to 8"),
  ]

  private static let cloud = [
    Member("cloud", .object, "the cloud"),
    Member("cloud.state", .text, "one of the states below"),
    Member("cloud.url", .text, "its address as configured"),
    Member("cloud.deviceid", .text, orNull: true, "the cloud's name for the reader"),
    Member("cloud.last_heartbeat_at", .time, orNull: true, "when the cloud last took a report"),
    Member("cloud.heartbeat_request", .text, "the request that reports the device now"),
    Member("cloud.next_attempt_at", .time, orNull: true, "when the next request is due"),
    Member(
      "cloud.last_error", .text, orNull: true,
      "what last went wrong with the cloud; null once it is right again"),
  ]

  private static let device = [
    Member("device", .object, "reader and cloud side by side"),
    Member("device.agrees", .flag, orNull: true, "whether all fields agree; null: not verified"),
    Member("device.fields", .objects, "the fields; none before a reader has said who it is"),
    Member(
      "device.fields[].name", .text,
      DeviceComparison.Name.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")),
    Member("device.fields[].reader", .text, orNull: true, "what the reader says; `alias`: the configuration"),
    Member("device.fields[].cloud", .text, orNull: true, "what the cloud says"),
    Member("device.fields[].agrees", .flag, orNull: true, "whether they agree; null: not verified"),
  ]

  private static let counts = [
    Member(
      "passings", .object,
      "the ledger's sums over all session files; `stored` = `acknowledged` + `waiting` + `rejected`"),
    Member("passings.captured", .integer, "frames of passings heard since the daemon started"),
    Member("passings.stored", .integer, "kept on disk"),
    Member("passings.acknowledged", .integer, "taken by the cloud"),
    Member("passings.waiting", .integer, "kept, and not yet taken by the cloud"),
    Member("passings.rejected", .integer, "refused by the cloud"),
    Member("passings.lost", .integer, "the reader gave out the number and has the passing no more"),
    Member("passings.gaps", .integer, "still to be fetched from the reader"),
    Member(
      "passings.unconfirmed", .integer, "of those waiting: to be confirmed by the reader's memory first"),
    Member(
      "passings.undecided", .integer,
      "of those waiting: stamped by a reader's clock that had jumped, a person is to decide about them"),
    Member("passings.doubtful", .integer, "frames that are kept aside and not believed"),
    Member("passings.unwritten", .integer, "heard, and not yet on disk"),
    Member("passings.dropped", .integer, "heard since the daemon started, and no room was left for them"),
    Member("passings.forward", .flag, "whether passings are sent to the cloud"),
    Member(
      "passings.hold", .text, orNull: true,
      "why passings are not sent now, of one session file (its name stands first) or at all; null: nothing holds"
    ),
    Member("passings.well", .flag, "whether the passings are well, as the ledger says it: see below"),
    Member("frames", .object, "what the line said since the daemon started"),
    Member("frames.passing", .integer, "passings"),
    Member("frames.reply", .integer, "replies, greetings and ends of lists"),
    Member("frames.malformed", .integer, "what was no frame"),
    Member(
      "frames.unknown_form", .integer,
      "of that, lines like passings with 9 to 12 fields or more than 13: of a firmware that is not known, perhaps"
    ),
    Member("frames.bytes", .integer, "bytes, all told"),
  ]

  private static let rest = [
    Member("clock", .object, "the host's clock, and the reader's beside it"),
    Member("clock.trusted", .flag, "whether it may label a last_seen"),
    Member("clock.verdict", .text, "what kernel and cloud say of it: see below"),
    Member("clock.kernel_synchronised", .flag, "whether the kernel calls it synchronised"),
    Member("clock.cloud_time", .time, orNull: true, "what the cloud's clock shows now, by its `Date`"),
    Member(
      "clock.offset_seconds", .number, orNull: true, "the host's clock less the cloud's, in tenths"),
    Member(
      "clock.reader_offset_seconds", .number, orNull: true,
      "the reader's clock less the host's, in thousandths; null: not measured, or the host's clock has stepped since"
    ),
    Member(
      "clock.reader_offset_uncertainty_seconds", .number, orNull: true,
      "how far from that the truth may be; 5.5 s more when only the cloud vouches for the host's clock"),
    Member("clock.reader_measured_at", .time, orNull: true, "when the reader's clock was measured"),
    Member("conditions", .objects, "what is wrong now, the worst first"),
    Member("conditions[].event", .text, "a registered event of [events.md](events.md)"),
    Member(
      "conditions[].severity", .text, LogPriority.allCases.map { "`\($0.name)`" }.joined(separator: ", ")),
    Member("conditions[].message", .text, "a line for a person"),
    Member("conditions[].since", .time, "when it began"),
    Member("conditions[].repetitions", .integer, "how often it was found again"),
  ]
}

extension StatusCatalogue {
  private static let wellness = """
    ## Well

    `passings.well` is the verdict of the ledger, too (`well` there, and the exit code of `one4allctl ledger`). It is
    false while something is wrong with the passings or their store that is an `error` or an `alert`:

    - passings of the present event are lost (`passings-lost`), refused by the cloud (`passings-rejected`), or were sent
      otherwise than the reader's memory has them, or with the times of a zone that was corrected since
      (`passings-wrong`). These come from the sums on disk: a restart does not hide them;
    - passings wait for a person, because the reader's clock had jumped when it stamped them (`passings-undecided`),
      whatever event they are of, or it has jumped now (`reader-clock-jumped`);
    - passings that could be sent have waited for a minute (`backlog-old`), whatever keeps them: the message says
      why, and until when; or the reader's memory has not confirmed any for 2 minutes (`passings-unconfirmed`);
    - the reader does not list all its session files, and those that it began unheard are not fetched (`files-unlisted`);
    - the cloud lacks acknowledged passings, or has some twice or otherwise (`cloud-audit-differs`);
    - the store was damaged (`store-damaged`) or taken away (`store-vanished`) in the last 12 hours, whatever came of it and
      across restarts: a disk that has lost something once may do so again, and somebody has to hear of it;
    - a session file is held (`cloud-session-closed`, `forward-held`), the key is refused, the reader's memory or its
      zone is not to be had, the disk is full, or the store fails.

    What only warns leaves it true: a gap that is being fetched, a shorter backlog, a cloud that is away for less than a
    minute. `forward = no` is a decision, and no fault.

    A session file is of the present event when it is the one that was heard of last, or was begun less than 12 hours
    before or after the newest one that a reader has told of, by the names of the files. So an alarm about passings that
    nobody can change any more stays until the reader opens a file 12 hours later, which the next event does: nothing
    else ends it, no file that a person imports either, and nothing has to be told to the agent. The ledger goes on
    showing the numbers of earlier files, in red, and `one4allctl ledger --session FILE` still says what is wrong with
    one of them.

    `well` is true when a reader speaks, its clock is right, the cloud takes and shows its reports, nothing differs, and
    `passings.well` is true. `advice` is what to do about the worst of what makes it false; without a reader it speaks
    of the reader.
    """

  /// docs/status.md.
  public static var markdown: String {
    var lines = [
      "# Status",
      "",
      "`one4allctl status --json` prints how everything stands as one JSON document. It is a contract: within",
      "`\(AgentStatus.schema)` members are added, and none is removed, renamed or given another meaning. What is not",
      "known is null. Times are UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`. This page is written from `StatusCatalogue`, and tests",
      "hold it and the daemon's documents against that.",
      "",
      "    one4allctl status --json | jq .well",
      "    one4allctl status --json | jq -r '.device.fields[] | select(.agrees == false) | .name'",
      "",
      "Without `--json` the same is shown for people, and the exit code says whether all is well; see",
      "`one4allctl status --help`. Programs of other languages may ask the control socket themselves: connect, send the",
      "line `{\"request\":\"status\"}`, and read one line. An answer with a member `error` says why there is no document.",
      "",
      "## Members",
      "",
      "| member | holds | meaning |",
      "| --- | --- | --- |",
    ]
    for member in members {
      let holds = member.kind.rawValue + (member.isNullable ? " or null" : "")
      lines.append("| `\(member.path)` | \(holds) | \(member.meaning) |")
    }
    lines += ["", wellness, "", "## States of the reader", "", "| state | meaning |", "| --- | --- |"]
    lines += ReaderState.allCases.map { "| `\($0.rawValue)` | \($0.help) |" }
    lines += ["", "## States of the cloud", "", "| state | meaning |", "| --- | --- |"]
    lines += CloudState.allCases.map { "| `\($0.rawValue)` | \($0.help) |" }
    lines += ["", "## Verdicts on the host's clock", "", "| verdict | meaning |", "| --- | --- |"]
    lines += ClockTrust.Verdict.allCases.map { "| `\($0.rawValue)` | \($0.help) |" }
    return lines.joined(separator: "\n") + "\n"
  }
}
