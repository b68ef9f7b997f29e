import AgentCore

/// The settings of passings, and of what they are kept in.
extension SettingTable {
  static let passings: [SettingDeclaration] = [
    SettingDeclaration(
      .passings, "forward", \.passings.forward, .switched, default: "yes",
      help: ["Whether passings are sent to the cloud. With `no` they are kept all the same, and wait."]),
    SettingDeclaration(
      .passings, "batch_size", \.passings.batchSize, .wholeNumber(from: 1, to: 5000), default: "500",
      help: ["Most passings in one request."]),
    SettingDeclaration(
      .passings, "max_latency", \.passings.maxLatency, .duration(from: .zero, to: .seconds(60)),
      default: "500ms",
      help: ["A passing that just happened waits at most so long for others to be sent with it."]),
    SettingDeclaration(
      .passings, "bib", \.passings.bibWord, .word, default: "chip-number",
      help: [
        "What a passing's bib is in the cloud. `chip-number`: the chip's number without leading zeros.",
        "`chip`: prefix and number, as printed on the chip. `map`: by the table in bib_map; a chip that is not in",
        "the table gets its chip number.",
      ]),
    SettingDeclaration(
      .passings, "bib_map", \.bibMapFile, SettingKind.path().optional, default: "",
      help: [
        "File of the table for `bib = map`: CSV, a line a chip, `MC02976,17`. It is read again at each reload.",
        "The daemon's user must be able to read it, and the service sees neither /home nor /tmp: put it beside the",
        "configuration, e.g. /etc/one4all/bibs.csv.",
      ]),
    SettingDeclaration(
      .passings, "session_alias", \.passings.sessionAlias, .sessionAlias, default: "{alias} {file}",
      help: [
        "Name of the cloud session of a session file. {file} stands for the reader's session file, {alias} for the",
        "device's alias, or its serial number when it has none.",
      ]),
    SettingDeclaration(
      .passings, "on_closed_session", \.passings.onClosedSession, .word, default: "hold",
      help: [
        "What happens when the cloud says that a session is closed or gone. `hold`: its passings wait for a",
        "person. `new`: a new cloud session takes what was not sent yet.",
      ]),
    SettingDeclaration(
      .passings, "on_clock_jump", \.passings.onClockJump, .word, default: "hold",
      help: [
        "What happens to passings that the reader stamps after its clock has jumped, e.g. to 2000-01-01. `hold`: they",
        "wait for a person (`one4allctl release`). `send`: they go as they are, those that wait already as well.",
      ]),
    SettingDeclaration(
      .passings, "latitude", \.passings.latitude, SettingKind.degrees(90).optional, default: "",
      help: ["Where the timing box stands. Empty sends no coordinates; longitude belongs to it."]),
    SettingDeclaration(
      .passings, "longitude", \.passings.longitude, SettingKind.degrees(180).optional, default: "",
      help: ["Where the timing box stands. East is positive; latitude belongs to it."]),
    SettingDeclaration(
      .passings, "confirm", \.passings.confirm, .word, default: "auto",
      help: [
        "Which passings the reader's memory must confirm before they are sent. `auto`: all, but where it is too slow on a",
        "line without damage they go as they were heard, and are compared later. `always`: all. `never`: only those out",
        "of order.",
      ]),
    SettingDeclaration(
      .passings, "confirm_within", \.passings.confirmWithin,
      .duration(from: .milliseconds(500), to: .seconds(60)), default: "2s",
      help: [
        "With `confirm = auto`: how long a passing waits at most for the reader's memory, on a line that has shown no",
        "damage for ten minutes. On another line it waits as long as it takes.",
      ]),
    SettingDeclaration(
      .passings, "confirm_first", \.passings.confirmFirst, .wholeNumber(from: 0, to: 10_000), default: "100",
      help: [
        "With `confirm = auto`: a line that was opened less than ten minutes ago counts as one without damage once the",
        "memory has given so many passings as they were heard, one after another.",
      ]),
    SettingDeclaration(
      .passings, "session", \.passings.session, .word, default: "follow",
      help: [
        "Who starts reading. `follow`: a person; START is never sent. `start`: START is sent when the reader is",
        "found stopped at connect.",
      ]),
  ]

  static let store: [SettingDeclaration] = [
    SettingDeclaration(
      .store, "directory", \.storeDirectory, .path(), default: "/var/lib/one4all", reloadable: false,
      help: ["Folder of the agent's state. Only the agent writes there."]),
    SettingDeclaration(
      .store, "min_free", \.store.minFree, .size(from: 0, to: 1 << 40), default: "100M", reloadable: false,
      help: [
        "When less is free on the disk, passings that the cloud has acknowledged are removed, oldest first; those",
        "that wait never are. 0 never removes any.",
      ]),
    SettingDeclaration(
      .store, "backup", \.store.backup, .switched, default: "yes", reloadable: false,
      help: ["Whether each session file is also kept as a plain CSV file, in the reader's own format."]),
    SettingDeclaration(
      .store, "backup_max_size", \.store.backupMaxSize, .size(from: 1 << 20, to: 1 << 40), default: "100M",
      reloadable: false,
      help: ["Most that these files take in all; the oldest are removed first."]),
    SettingDeclaration(
      .store, "backup_max_age", \.store.backupMaxAge,
      .duration(from: .seconds(86_400), to: .seconds(3650 * 86_400)), default: "90d", reloadable: false,
      help: ["A backup file that nothing was added to for so long is removed."]),
  ]
}

/// `bib` as it is written; its table stands in a file of its own.
enum BibWord: String, CaseIterable, Sendable {
  case chipNumber = "chip-number"
  case chip
  case map
}

/// What a person writes one by one and the core takes as a whole. `ConfigurationLoader` completes it.
extension PassingSettings {
  /// The table of `map` is empty until its file is read.
  var bibWord: BibWord {
    get {
      switch bib {
      case .chipNumber: .chipNumber
      case .chip: .chip
      case .map: .map
      }
    }
    set {
      switch newValue {
      case .chipNumber: bib = .chipNumber
      case .chip: bib = .chip
      case .map: bib = .map(BibMap([:]))
      }
    }
  }

  /// One coordinate alone is an empty text beside it, until that is complained about.
  var latitude: String? {
    get { coordinates.flatMap { $0.latitude.isEmpty ? nil : $0.latitude } }
    set { setCoordinates(newValue, longitude) }
  }
  var longitude: String? {
    get { coordinates.flatMap { $0.longitude.isEmpty ? nil : $0.longitude } }
    set { setCoordinates(latitude, newValue) }
  }

  private mutating func setCoordinates(_ latitude: String?, _ longitude: String?) {
    coordinates =
      latitude == nil && longitude == nil
      ? nil : Coordinates(latitude: latitude ?? "", longitude: longitude ?? "")
  }
}
