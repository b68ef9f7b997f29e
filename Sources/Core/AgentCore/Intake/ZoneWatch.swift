/// Which session files have passings whose zone was corrected since they were kept.
struct ZoneWatch: Sendable {
  /// `time_zone` has changed, and stored passings are to follow it.
  private var isDue = false
  /// Files, and the zone that their passings had when they were opened.
  private var zones: [FileKey: String] = [:]

  /// Whether there may be any.
  var isPending: Bool { isDue || !zones.isEmpty }

  mutating func changed() { isDue = true }

  /// The store has told what it holds of a file.
  mutating func opened(_ contents: FileContents) {
    guard let last = contents.last, last.zoneSource != .person else { return }
    zones[contents.summary.key] = last.zone
  }

  /// The files whose passings are to have that zone now; each is named once.
  /// - Parameters:
  ///   - present: the files of the present event.
  ///   - isConfigured: whether a person has named it. That the reader names another one is no correction: its clock has
  ///     changed with it.
  mutating func takeDue(_ zone: String, isConfigured: Bool, present: [FileKey]) -> [FileKey] {
    var due: [FileKey] = []
    if isDue {
      due = present
      isDue = false
    } else if isConfigured {
      due = zones.filter { $0.value != zone }.map(\.key).filter(present.contains)
    }
    zones = [:]
    return due.sorted { $0.description < $1.description }
  }
}

extension CaptureTelling {
  /// Tells what became of the passings whose zone was corrected.
  static func tell(_ correction: ZoneCorrection, of key: FileKey, _ log: inout Telling) {
    let former = correction.former.joined(separator: ", ")
    if correction.isLeft {
      log.append(
        LogEntry(
          .zoneCorrected,
          "session file \(key.file) keeps its times: its passings came at the times of the former zone, and not of "
            + correction.zone, priority: .warning, key.fields))
    } else if !correction.former.isEmpty {
      log.append(
        LogEntry(
          .zoneCorrected,
          "session file \(key.file): times by \(correction.zone) now, no more by \(former); "
            + "\(correction.waiting.count) that wait are corrected", key.fields))
    }
    if correction.former.isEmpty, !correction.isLeft, !correction.waiting.isEmpty {
      log.append(
        LogEntry(
          .zoneCorrected,
          "session file \(key.file): the host's clock is trusted now, and says in which pass of the hour that comes twice "
            + "passings were heard: \(correction.waiting.count) that wait are corrected", key.fields))
    }
    guard !correction.sent.isEmpty else { return }
    let cause = correction.former.isEmpty ? "of the wrong pass of the hour that comes twice" : "by \(former)"
    var remedy = "correct the results"
    if let times = correction.sentTimes {
      remedy +=
        ", or delete them in the cloud and type `one4allctl resend \(times.lowerBound.iso8601) "
        + "\(times.upperBound.iso8601) --session \(key.file)`"
    }
    log.append(
      LogEntry(
        .zoneCorrected,
        "session file \(key.file): \(correction.sent.count) passings were sent with times \(cause): "
          + "\(correction.sent.text(limit: 8)). The cloud keeps what it has: \(remedy)", priority: .alert,
        key.fields))
  }
}
