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
  /// A reply of the reader could be read in part only.
  case readerUnclear = "reader-unclear"
  /// The reader does not list all its session files: those that it began unheard are not fetched.
  case filesUnlisted = "files-unlisted"
  /// A reader that is new here began session files shortly before, and they are not fetched.
  case filesEarlier = "files-earlier"
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
  /// The kernel and the cloud contradict each other about the time; last_seen is not reported.
  case clockContradicted = "clock-contradicted"
  /// The host's clock is trusted.
  case clockTrusted = "clock-trusted"
  /// The reader runs on its battery, which is nearly empty.
  case batteryLow = "battery-low"
  /// The reader's clock is off by more than `clock_warning`.
  case readerClock = "reader-clock"
  /// The reader's clock shows another time than it would have gone on to.
  case readerClockJumped = "reader-clock-jumped"
  /// The reader's clock was set, or tried to.
  case readerClockSet = "reader-clock-set"
  /// The state database was damaged and set aside.
  case storeDamaged = "store-damaged"
  /// The state database or its folder was taken away.
  case storeVanished = "store-vanished"
  /// The state cannot be written.
  case storeFailing = "store-failing"
  /// The state can be written again.
  case storeRecovered = "store-recovered"
  /// The disk has little room; what the cloud has is removed.
  case diskLow = "disk-low"
  /// The disk has little room, and nothing more can be removed.
  case diskFull = "disk-full"
  /// The disk has room again.
  case diskEnough = "disk-enough"
  /// The plain backup cannot be written.
  case backupFailing = "backup-failing"
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
  /// A line is like a passing, but has a number of fields that no known firmware sends.
  case passingUnknownForm = "passing-unknown-form"
  /// The store takes nothing and the memory for waiting passings is full.
  case captureOverflow = "capture-overflow"
  /// The cloud has passings otherwise than the reader's memory.
  case passingsWrong = "passings-wrong"
  /// The reader's memory says otherwise than what was stored.
  case passingDiffers = "passing-differs"
  /// All of a session file was compared with the reader's memory.
  case auditDone = "audit-done"
  /// Passings wait for a person's decision, as the reader's clock had jumped when it stamped them.
  case passingsUndecided = "passings-undecided"
  /// Of a passing in the hour that comes twice nothing says in which: its time is a guess.
  case timeGuessed = "time-guessed"
  /// Stored passings follow a corrected `time_zone`, or were sent before.
  case zoneCorrected = "zone-corrected"
  /// The zone of the reader's wall clock is not known; passings are kept raw.
  case timeZoneUnknown = "time-zone-unknown"
  /// A session file has its cloud session.
  case cloudSessionOpened = "cloud-session-opened"
  /// The cloud takes no more passings for a session file; they wait.
  case cloudSessionClosed = "cloud-session-closed"
  /// Passings cannot be sent for now.
  case forwardFailing = "forward-failing"
  /// Passings are taken again.
  case forwardRecovered = "forward-recovered"
  /// The passings of a session file are held.
  case forwardHeld = "forward-held"
  /// The key may not read passings: the cloud's count cannot be held against ours.
  case forwardUnverified = "forward-unverified"
  /// The cloud refuses one passing; it is set aside.
  case passingRejected = "passing-rejected"
  /// The cloud has refused passings.
  case passingsRejected = "passings-rejected"
  /// Passings have waited for the cloud for a minute.
  case backlogOld = "backlog-old"
  /// Passings wait for the cloud: 1,000, or one for half a minute.
  case backlog = "backlog"
  /// The passings that waited are in the cloud.
  case backlogDrained = "backlog-drained"
  /// The cloud's passings of a session file are not those that were acknowledged.
  case cloudCountDiffers = "cloud-count-differs"
  /// The cloud has all passings of a session file again.
  case cloudCountAgrees = "cloud-count-agrees"
  /// The cloud's passings of a device, by their times, are not those that were acknowledged.
  case cloudAuditDiffers = "cloud-audit-differs"
  /// All acknowledged passings of a session file are in the cloud, each once.
  case cloudAuditDone = "cloud-audit-done"

  /// What the journal is told as MESSAGE_ID: 32 lower-case hex digits, for ever the same.
  public var messageID: String { row.messageID }
  /// How important it is unless an entry says otherwise.
  public var priority: LogPriority { row.priority }
  /// What it means.
  public var meaning: String { row.meaning }
  /// What a person can do; empty when there is nothing to do.
  public var remedy: String { row.remedy }
}
