/// Every event that the journal can tell, each registered once: name, message id, importance, meaning, remedy.
/// docs/events.md is held against this table.
public enum EventName: String, Sendable, CaseIterable {
  /// The daemon has started.
  case daemonStarted = "daemon-started"
  /// The daemon ends.
  case daemonStopping = "daemon-stopping"
  /// New settings are in force.
  case settingsReloaded = "settings-reloaded"
  /// The new settings are wrong; the old ones stay.
  case settingsRefused = "settings-refused"
  /// A reader is there and has said who it is.
  case readerConnected = "reader-connected"
  /// The port does not exist, or its network address does not answer.
  case readerAbsent = "reader-absent"
  /// Another process holds the port.
  case readerBusy = "reader-busy"
  /// The port cannot be opened.
  case readerUnusable = "reader-unusable"
  /// The port is open and nothing valid is heard.
  case readerSilent = "reader-silent"
  /// Something speaks on the port, but not this protocol.
  case readerForeign = "reader-foreign"
  /// The line to the reader went away.
  case readerLost = "reader-lost"
  /// The reader's firmware, model or session changed.
  case readerChanged = "reader-changed"
  /// Another reader is on the port now.
  case readerSwapped = "reader-swapped"
  /// The reader did not answer a command, or refused it.
  case readerRefused = "reader-refused"
  /// The reader is a device of the cloud now.
  case deviceBound = "device-bound"
  /// Reader and cloud differ in a field.
  case deviceDiffers = "device-differs"
  /// Reader and cloud agree.
  case deviceAgrees = "device-agrees"
  /// The key may not read the device: reports go out unverified.
  case deviceUnverified = "device-unverified"
  /// The cloud's device belongs to another serial number; nothing is sent.
  case deviceConflict = "device-conflict"
  /// A person removed the device from the cloud; nothing is sent.
  case deviceUnbound = "device-unbound"
  /// Which request reports the device.
  case reportRoute = "report-route"
  /// The cloud cannot be reached or fails.
  case cloudFailing = "cloud-failing"
  /// The cloud answers again.
  case cloudRecovered = "cloud-recovered"
  /// The cloud refuses the key.
  case cloudKeyRefused = "cloud-key-refused"
  /// The host's clock is not to be trusted; last_seen is not reported.
  case clockUntrusted = "clock-untrusted"
  /// The host's clock is trusted.
  case clockTrusted = "clock-trusted"
  /// The reader's clock is off by more than `clock_warning`.
  case readerClock = "reader-clock"
  /// The reader's clock was set, or tried to.
  case readerClockSet = "reader-clock-set"
  /// The state database was damaged and set aside.
  case storeDamaged = "store-damaged"
  /// The state cannot be written.
  case storeFailing = "store-failing"
  /// The state can be written again.
  case storeRecovered = "store-recovered"
  /// The control socket cannot be served.
  case controlFailing = "control-failing"
  /// Passings go to a session file that was not known before.
  case sessionStarted = "session-started"
  /// The reader reads, but does not name its session file; passings are kept raw.
  case sessionUnknown = "session-unknown"
  /// Passings that the reader has are missing; they are fetched.
  case gapFound = "gap-found"
  /// No passing is missing any more.
  case gapFilled = "gap-filled"
  /// The reader has given out numbers and has their passings no more.
  case passingsLost = "passings-lost"
  /// Passings that came on a damaged line wait for the reader's memory to confirm them.
  case passingsUnconfirmed = "passings-unconfirmed"
  /// The reader does not list its passings.
  case memoryRefused = "memory-refused"
  /// The store takes nothing and the memory for waiting passings is full.
  case captureOverflow = "capture-overflow"
  /// The reader's memory says otherwise than what was stored.
  case passingDiffers = "passing-differs"
  /// All of a session file was compared with the reader's memory.
  case auditDone = "audit-done"
  /// The zone of the reader's wall clock is not known; passings are kept raw.
  case timeZoneUnknown = "time-zone-unknown"

  /// What the journal is told as MESSAGE_ID: 32 lower-case hex digits, for ever the same.
  public var messageID: String { row.messageID }
  /// How important it is unless an entry says otherwise.
  public var priority: LogPriority { row.priority }
  /// What it means.
  public var meaning: String { row.meaning }
  /// What a person can do; empty when there is nothing to do.
  public var remedy: String { row.remedy }

  private struct Row {
    let messageID: String
    let priority: LogPriority
    let meaning: String
    let remedy: String
  }

  private var row: Row {
    switch self {
    case .daemonStarted:
      Row(
        messageID: "1db6e8fadd4c2bbf7043e98ef32a071a", priority: .notice,
        meaning: "the daemon has started",
        remedy: "the daemon is up and works")
    case .daemonStopping:
      Row(
        messageID: "ff8a090d05e5a788ebdb86f97ad19699", priority: .notice,
        meaning: "the daemon ends",
        remedy: "a signal asked it to end; what must be kept is kept")
    case .settingsReloaded:
      Row(
        messageID: "4899a7928aab22fa26c58ca13f6247a2", priority: .notice,
        meaning: "new settings are in force",
        remedy: "SIGHUP, and the files are right")
    case .settingsRefused:
      Row(
        messageID: "ba14a559fc6692caa8b4542f43e3909a", priority: .error,
        meaning: "the new settings are wrong; the old ones stay",
        remedy: "read the places named, mend the file, reload again")
    case .readerConnected:
      Row(
        messageID: "6b9192940c76aee0705f99a5281fb10d", priority: .notice,
        meaning: "a reader is there and has said who it is",
        remedy: "")
    case .readerAbsent:
      Row(
        messageID: "665015ab8f48e1658bdf2849bbec8d02", priority: .warning,
        meaning: "the port does not exist, or its network address does not answer",
        remedy: "plug the cable in; `one4allctl ports` shows what is there")
    case .readerBusy:
      Row(
        messageID: "969a11e8459889c08e8d5eaef580d663", priority: .warning,
        meaning: "another process holds the port",
        remedy: "end that process")
    case .readerUnusable:
      Row(
        messageID: "486ea272164afe57641655198b987b13", priority: .error,
        meaning: "the port cannot be opened",
        remedy: "the message names the call that failed")
    case .readerSilent:
      Row(
        messageID: "4c67b2d44e92666c48655a6b2f74ab37", priority: .warning,
        meaning: "the port is open and nothing valid is heard",
        remedy: "is the reader switched on, is the baud rate right")
    case .readerForeign:
      Row(
        messageID: "ba8b37b7bff8e065cd2a109c48cbaf83", priority: .warning,
        meaning: "something speaks on the port, but not this protocol",
        remedy: "wrong device or wrong baud rate; the message shows a few bytes")
    case .readerLost:
      Row(
        messageID: "7394fa55529b944113e4a717d35b0ff0", priority: .warning,
        meaning: "the line to the reader went away",
        remedy: "it is opened again by itself")
    case .readerChanged:
      Row(
        messageID: "5885c8093232d7634b81c2b8275c9537", priority: .notice,
        meaning: "the reader's firmware, model or session changed",
        remedy: "")
    case .readerSwapped:
      Row(
        messageID: "1b782b5a2a2314339ad63c71e1b1e816", priority: .warning,
        meaning: "another reader is on the port now",
        remedy: "it gets a device of its own; the former one's last_seen stops")
    case .readerRefused:
      Row(
        messageID: "d0fd2354f5164f0dd47a4d9f0a481013", priority: .warning,
        meaning: "the reader did not answer a command, or refused it",
        remedy: "")
    case .deviceBound:
      Row(
        messageID: "3ccee3b3cb825f272b2b29e2a7992660", priority: .notice,
        meaning: "the reader is a device of the cloud now",
        remedy: "")
    case .deviceDiffers:
      Row(
        messageID: "8a64b22c61556f12f60f5448feb959a0", priority: .warning,
        meaning: "reader and cloud differ in a field",
        remedy: "it is reported again until it is gone")
    case .deviceAgrees:
      Row(
        messageID: "05c92cca5601d8beea1ebde05fc55274", priority: .notice,
        meaning: "reader and cloud agree",
        remedy: "")
    case .deviceUnverified:
      Row(
        messageID: "398d91a2d6850b4a0d714a6db0de72c7", priority: .notice,
        meaning: "the key may not read the device: reports go out unverified",
        remedy: "a READ_WRITE key would let the agent verify")
    case .deviceConflict:
      Row(
        messageID: "2eee0ffca7141bec2b68436d3166aef6", priority: .alert,
        meaning: "the cloud's device belongs to another serial number; nothing is sent",
        remedy: "a person must decide: unbind in the cloud, or `one4allctl bind`")
    case .deviceUnbound:
      Row(
        messageID: "4bb3ebf06d32ab5bf08654259432a022", priority: .alert,
        meaning: "a person removed the device from the cloud; nothing is sent",
        remedy: "`one4allctl bind` binds it again, or set `rebind = yes`")
    case .reportRoute:
      Row(
        messageID: "0328a64ae53327dd2ee4f1b3b9395e93", priority: .notice,
        meaning: "which request reports the device",
        remedy: "said once; the other route answered that it does not exist")
    case .cloudFailing:
      Row(
        messageID: "6cb95f5ec1d1048879f1035634a09274", priority: .warning,
        meaning: "the cloud cannot be reached or fails",
        remedy: "it is tried again with growing waits; nothing is lost")
    case .cloudRecovered:
      Row(
        messageID: "3ca3243ce666538164d802451ba88b75", priority: .notice,
        meaning: "the cloud answers again",
        remedy: "")
    case .cloudKeyRefused:
      Row(
        messageID: "75a443b315e6a5ec6de28adada30459d", priority: .alert,
        meaning: "the cloud refuses the key",
        remedy: "check the key and its access type")
    case .clockUntrusted:
      Row(
        messageID: "3dad219e7bdcec56d10f73f8e8a06019", priority: .warning,
        meaning: "the host's clock is not to be trusted; last_seen is not reported",
        remedy: "set the clock or let it be synchronised")
    case .clockTrusted:
      Row(
        messageID: "35cd56d71ab81129fcff1211c794709c", priority: .notice,
        meaning: "the host's clock is trusted",
        remedy: "")
    case .readerClock:
      Row(
        messageID: "5de0af9a69d14710d5ffb16c8eb93aad", priority: .alert,
        meaning: "the reader's clock is off by more than `clock_warning`: passings get wrong times",
        remedy:
          "set the reader's clock, or `set_reader_clock = when-stopped`; an offset of hours is a wrong zone")
    case .readerClockSet:
      Row(
        messageID: "26edb81ca0a5193947c23cb16f3259c8", priority: .notice,
        meaning: "the reader's clock was set, or the reader refused that",
        remedy: "`set_reader_clock` asks for it; it is done while the reader is stopped only")
    case .storeDamaged:
      Row(
        messageID: "9b38fb3edc8e732a5d4136775ce74f46", priority: .alert,
        meaning: "the state database was damaged and set aside",
        remedy: "keep the file named; a new one is in use")
    case .storeFailing:
      Row(
        messageID: "f7f52ea75e77dee3e4f3c736685b7325", priority: .alert,
        meaning: "the state cannot be written",
        remedy: "disk full or read-only")
    case .storeRecovered:
      Row(
        messageID: "e3ebac93262dc0c4e754918b61ca891f", priority: .notice,
        meaning: "the state can be written again",
        remedy: "")
    case .controlFailing:
      Row(
        messageID: "02476ed783a5cf9dc5adeb2b44d2bcad", priority: .warning,
        meaning: "the control socket cannot be served",
        remedy: "`one4allctl status` does not work until it is mended")
    case .sessionStarted:
      Row(
        messageID: "58e881d5dc111aca897da6a0df8796fb", priority: .notice,
        meaning: "passings go to a session file that was not known before",
        remedy: "")
    case .sessionUnknown:
      Row(
        messageID: "a30189b621e4c6d89877a212cc81a2a3", priority: .error,
        meaning: "the reader reads, but does not name its session file; passings are kept raw",
        remedy: "send NEWFILE to the reader, or restart it")
    case .gapFound:
      Row(
        messageID: "76af00fcea804d33a59ebf1be20e7d9a", priority: .warning,
        meaning: "passings that the reader has are missing; they are fetched by their numbers",
        remedy: "nothing as a rule; if it lasts, the line is bad: look at cable and plug")
    case .gapFilled:
      Row(
        messageID: "457e159dad4fbd05112d79cf22edefc4", priority: .notice,
        meaning: "no passing of the session file is missing any more",
        remedy: "")
    case .passingsLost:
      Row(
        messageID: "4e06505702338fa02b5cf5cea859af81", priority: .alert,
        meaning: "the reader has given out numbers and has their passings no more",
        remedy: "compare with the reader's own backup (USB); `one4allctl import` takes it")
    case .passingsUnconfirmed:
      Row(
        messageID: "18738cbf3894e57f8c633f99825e9c00", priority: .error,
        meaning:
          "passings that came on a damaged line wait for the reader's memory to confirm them, for minutes",
        remedy: "look at cable and plug; `confirm = never` sends them as they were heard")
    case .memoryRefused:
      Row(
        messageID: "e581748247b5241b981a4808526d373d", priority: .error,
        meaning: "the reader does not list its passings: none can be confirmed or fetched",
        remedy: "it is asked again every minute; note the reader's firmware")
    case .captureOverflow:
      Row(
        messageID: "875a5cfcc1fb14ff534b43f549626945", priority: .alert,
        meaning: "the store takes nothing and the memory for waiting passings is full",
        remedy: "mend the disk; the reader still has the passings, and they are fetched")
    case .passingDiffers:
      Row(
        messageID: "6f79d56dfa7293d13069bc3ed7e429be", priority: .warning,
        meaning: "the reader's memory says otherwise than what was stored; the stored passing was corrected",
        remedy: "an alert when it had been sent already: correct it in the results")
    case .auditDone:
      Row(
        messageID: "e08a72bdd370dd829176c4e7e49730de", priority: .notice,
        meaning: "all of a session file was compared with the reader's memory",
        remedy: "")
    case .timeZoneUnknown:
      Row(
        messageID: "7c1a908f4769d26db896fc05819f5eef", priority: .alert,
        meaning: "the zone of the reader's wall clock is not known; passings are kept raw",
        remedy: "set `time_zone`; they are then fetched from the reader")
    }
  }
}
