// docs/status.md.
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
