import AgentCore
import AgentStore
import CloudClient
import Configuration
import ControlSocket
import Glibc
import JSONDocument
import LinuxSystem
import ProgramArguments
import ReaderLine
import ServiceManager
import Synchronization
import ZoneDatabase

/// Puts the rings together. One thread each for the line, the cloud and the store; this one holds the core, the
/// journal, the control socket and the signals.
///
/// What the line says has a mailbox of its own, bounded in bytes. While it is full, the line is not read, and a peer on
/// the network waits; so a turn of this loop is bounded too, and whoever asks on the control socket gets his answer.
final class Daemon {
  private let configurationPath: String
  private(set) var settings: AgentSettings
  var agent: Agent
  private let signals: SignalReader
  let heard: Mailbox<LineReport>
  let events: Mailbox<AgentEvent>
  let line: LineWorker
  let cloud: CloudWorker
  let store: StoreWorker
  let journal: Journal
  let notifier = ServiceNotifier()
  var control: ControlService
  private var statusLine = ServiceStatusLine()
  private var hasSettled = false
  /// What is believed of passings has changed since followers were told last.
  private let changes = ChangeFlag()
  /// What was taken out of `heard` and has not had its turn yet.
  var unheard: ArraySlice<LineReport> = []
  /// Nothing more is asked of the cloud.
  var isEnding = false

  /// The signals that it takes. They are blocked before anything else.
  static let signals: [Int32] = [SIGTERM, SIGINT, SIGHUP]
  /// Bytes that may wait of what the line has said: at a serial line's full rate what comes in a minute.
  private static let heardLimit = 4 << 20
  /// So long at a time is spent on what the line has said, so that whoever asks gets an answer.
  private static let turn = Duration.milliseconds(100)
  /// From a signal that ends it on the daemon has so long (TimeoutStopSec of the unit is 10 s).
  static let stopLimit = Duration.seconds(8)

  /// Runs until SIGTERM or SIGINT.
  static func run(configuration path: String) throws(StartError) {
    // What is made, by whichever library, is nobody's but the user's and the group's.
    umask(umask(0o077) | 0o027)
    // What the dynamic linker has gone through.
    ResidentMemory.letGoOfStartUp()
    // There is no other thread yet.
    ZoneDatabase.prepare()
    let signals: SignalReader
    do throws(SystemError) {
      signals = try SignalReader(Daemon.signals, endings: [SIGTERM, SIGINT], within: stopLimit) {
        Daemon.abandon()
      }
    } catch { throw .system(error) }
    let daemon = try Daemon(configuration: path, signals)
    daemon.loop()
    daemon.stop()
  }

  private init(configuration path: String, _ signals: SignalReader) throws(StartError) {
    configurationPath = path
    self.signals = signals
    do throws(ConfigurationErrors) {
      settings = try ConfigurationLoader.load(path: path).settings
    } catch { throw .configuration(error) }
    let access = try Daemon.access(settings.cloud)
    journal = Journal(level: settings.logLevel)
    do throws(SystemError) {
      heard = try Mailbox(limit: Daemon.heardLimit, weight: \.memory)
      // No more comes than was asked for, and each of the askers asks a few things at a time.
      events = try Mailbox(limit: .max)
    } catch { throw .system(error) }
    let snapshot: StoreSnapshot
    do throws(StoreError) {
      let (events, changes) = (events, changes)
      store = try StoreWorker(
        directory: settings.storeDirectory, options: StoreOptions(settings.store, zones: Zones.lookup),
        passings: { report in events.deliver(.passings(report)) },
        notice: { notice in events.deliver(.notice(notice)) },
        changed: {
          changes.raise()
          events.wake()
        },
        report: { report in events.deliver(.store(report)) })
      snapshot = try store.snapshot(cloud: settings.cloud.url)
    } catch { throw .store(error) }
    // After the store, so that a second daemon has started nothing when it finds the folder in use.
    do throws(SystemError) {
      let (heard, events) = (heard, events)
      line = try LineWorker { report in heard.deliver(report) }
      cloud = try CloudWorker { outcome in events.deliver(.cloud(outcome)) }
    } catch { throw .system(error) }
    ResidentMemory.letGoOfStartUp()
    cloud.configure(access)
    control = ControlService(path: settings.controlSocket, group: settings.controlGroup)
    agent = Agent(
      settings: settings, bindings: snapshot.bindings, files: snapshot.files,
      doubtful: snapshot.doubtfulTotal, firstFiles: snapshot.firstContacts.mapValues(\.file),
      damages: (snapshot.damages, Daemon.now().wall), seed: UInt64.random(in: .min ... .max),
      zones: Zones.lookup, at: Daemon.now().monotonic)
    if store.setAside != nil {
      for problem in agent.problems.of(.store) {
        journal.write(LogEntry(problem.event, problem.message))
      }
    }
    journal.write(
      LogEntry(
        .daemonStarted, "one4alld \(Product.version) works for the reader on \(settings.reader.port)",
        [.port: "\(settings.reader.port)"]))
  }

  private static func access(_ settings: AgentSettings.Cloud) throws(StartError) -> CloudAccess {
    let key: Secret
    do throws(APIKeyError) {
      key = try APIKey.read(file: settings.apiKeyFile, credentialsDirectory: Credentials.directory)
    } catch { throw .key(error) }
    return CloudAccess(
      url: settings.url, authHeader: settings.authHeader, key: key, caFile: settings.caFile,
      proxy: settings.proxy, connectTimeout: settings.connectTimeout, requestTimeout: settings.requestTimeout,
      userAgent: "one4all-agent/\(Product.version)")
  }

  /// What the kernel last said of the wall clock, and when it was asked: once a second is often enough.
  private static let kernelsWord = Mutex<(askedAt: Int64, isSynchronised: Bool)?>(nil)

  static func now() -> Moment {
    let monotonic = SystemClock.monotonicNanoseconds
    let isSynchronised = kernelsWord.withLock { word in
      if let word, monotonic - word.askedAt < 1_000_000_000 { return word.isSynchronised }
      let isSynchronised = SystemClock.isSynchronised
      word = (monotonic, isSynchronised)
      return isSynchronised
    }
    return Moment(
      monotonic: MonotonicTime(nanoseconds: monotonic),
      wall: WallTime(milliseconds: SystemClock.wallMilliseconds), kernelSynchronised: isSynchronised)
  }

  // MARK: The loop

  private func loop() {
    tell(control.look(at: Daemon.now().monotonic))
    take(.tick)
    ResidentMemory.letGoOfStartUp()
    notifier.ready(status: statusLine.text(for: agent, at: Daemon.now()))
    var poll = Poll()
    var isWaitFailing = false
    while true {
      poll.removeAll()
      let signalPlace = poll.add(signals.descriptor, .read)
      let heardPlace = poll.add(heard.descriptor, .read)
      let eventsPlace = poll.add(events.descriptor, .read)
      control.addDescriptors(to: &poll)
      do throws(SystemError) {
        try poll.wait(milliseconds: waitMilliseconds())
        isWaitFailing = false
      } catch {
        // Everything counts as ready then, and the loop goes on by looking, some times a second.
        if !isWaitFailing {
          journal.write(
            LogEntry(
              .controlFailing,
              "waiting for events fails: \(error); the daemon goes on by looking ten times a second",
              [.reason: error.operation]))
        }
        isWaitFailing = true
      }
      if !poll.readiness(at: signalPlace).isEmpty, !handleSignals() { return }
      // Every event brings everything on that is due. Only a round without one needs a tick.
      var needsTick = true
      if !poll.readiness(at: heardPlace).isEmpty || !unheard.isEmpty, takeHeard() { needsTick = false }
      if !poll.readiness(at: eventsPlace).isEmpty, takeEvents() { needsTick = false }
      control.service(poll, hasNews: changes.take()) { request, mayWait in
        needsTick = true
        return self.answer(request, mayWait: mayWait)
      }
      if needsTick { take(.tick) }
      let now = Daemon.now()
      tell(control.look(at: now.monotonic))
      if let text = statusLine.change(for: agent, at: now) { notifier.status(text) }
      settle()
    }
  }

  /// After the first heartbeat everything has run once, and what only starting up has needed can go.
  private func settle() {
    guard !hasSettled, agent.report.lastHeartbeatAt != nil else { return }
    hasSettled = true
    ResidentMemory.letGoOfStartUp()
  }

  private func waitMilliseconds() -> Int32 {
    if !unheard.isEmpty { return 0 }
    let now = MonotonicTime(nanoseconds: SystemClock.monotonicNanoseconds)
    let deadlines = [agent.nextDeadline, control.nextDeadline, statusLine.nextRefresh].compactMap { $0 }
    guard let next = deadlines.min() else { return -1 }
    // Rounded up: waking just before the deadline would only turn the loop once more.
    return Int32(clamping: max(0, (next - now).wholeNanoseconds.saturatingAdd(999_999) / 1_000_000))
  }

  /// Takes what the line has said, for a turn's time.
  /// - Returns: whether there was anything.
  func takeHeard() -> Bool {
    if unheard.isEmpty {
      let (reports, hasHeldBack) = heard.empty()
      unheard = reports[...]
      if hasHeldBack {
        // First of all, so that the line is read while this thread works.
        line.resume()
        take(.lineHeld)
      }
    }
    let end = SystemClock.monotonicNanoseconds + Daemon.turn.wholeNanoseconds
    var hasTaken = false
    while let report = unheard.popFirst() {
      take(.line(report))
      hasTaken = true
      if SystemClock.monotonicNanoseconds >= end { break }
    }
    if unheard.isEmpty { unheard = [] }
    return hasTaken
  }

  /// - Returns: whether there was anything.
  func takeEvents() -> Bool {
    let waiting = events.takeAll()
    for event in waiting { take(event) }
    return !waiting.isEmpty
  }

  func take(_ event: AgentEvent) {
    for action in agent.handle(event, at: Daemon.now()) { perform(action) }
  }

  /// The store's box is full: a failure like any other, which the core tries again.
  private static let storeIsBehind = StoreFailure(
    operation: "send", number: EAGAIN, description: "the store is behind")

  func perform(_ action: AgentAction) {
    switch action {
    case .line(let request):
      if !line.request(request) { fail(request) }
    case .cloud(let request):
      guard !isEnding else { return }
      // A full box is an outcome like any other failure; the core tries again.
      if !cloud.send(request) {
        events.deliver(.cloud(CloudOutcome(ticket: request.ticket, result: .failure(.cancelled))))
      }
    case .cancelCloud(let ticket): cloud.cancel(ticket)
    case .store(let request):
      if !store.send(request) {
        events.deliver(.store(.failed(request, Daemon.storeIsBehind)))
      }
    case .keep(let request):
      if !store.send(request) {
        events.deliver(.passings(.failed(request, Daemon.storeIsBehind)))
      }
    case .log(let entry): journal.write(entry)
    }
  }

  /// The line's thread takes no more requests: it hangs in a call on the port.
  private func fail(_ request: LineRequest) {
    switch request {
    case .open(let opening, _), .write(let opening, _):
      heard.deliver(.failed(opening: opening, .lost(reason: "the port's driver does not answer")))
    case .close: break
    }
  }

  private func tell(_ entry: LogEntry?) {
    if let entry { journal.write(entry) }
  }

  // MARK: Signals

  /// - Returns: false when the daemon shall end.
  private func handleSignals() -> Bool {
    for signal in signals.takeAll() {
      switch signal {
      case SIGHUP: reload()
      default:
        let name = signal == SIGTERM ? "SIGTERM" : "SIGINT"
        journal.write(LogEntry(.daemonStopping, "\(name): one4alld ends", [.reason: name]))
        return false
      }
    }
    return true
  }

  private func reload() {
    notifier.reloading()
    defer { notifier.ready(status: statusLine.text(for: agent, at: Daemon.now())) }
    let read: AgentSettings
    do throws(ConfigurationErrors) {
      read = try ConfigurationLoader.load(path: configurationPath).settings
    } catch {
      for problem in error.problems {
        let place = problem.line.map { "\(problem.file):\($0)" } ?? problem.file
        journal.write(LogEntry(.settingsRefused, "\(problem); the running settings stay", [.place: place]))
      }
      return
    }
    // What needs a restart stays as it is: the tool asks the running daemon, which answers from the running store.
    let new = read.inForce(over: settings)
    let snapshot: StoreSnapshot?
    do throws(StartError) {
      let access = try Daemon.access(new.cloud)
      // What the store shows depends on the cloud. Without it, sessions there would be made a second time.
      snapshot = new.cloud.url == settings.cloud.url ? nil : try stored(for: new.cloud.url)
      cloud.configure(access)
    } catch {
      journal.write(LogEntry(.settingsRefused, "\(error); the running settings stay"))
      return
    }
    let changes = SettingChange.between(settings, new)
    let waiting = SettingChange.between(settings, read).filter(\.needsRestart)
    settings = new
    journal.level = new.logLevel
    var words = changes.isEmpty ? "nothing changed" : Daemon.words(changes)
    if !waiting.isEmpty {
      words += ". NOT in force before `systemctl restart one4alld`: \(Daemon.words(waiting))"
    }
    journal.write(
      LogEntry(.settingsReloaded, "settings read again: \(words)", priority: waiting.isEmpty ? nil : .warning)
    )
    control.move(to: new.controlSocket, group: new.controlGroup)
    take(.reloaded(new, bindings: snapshot?.bindings, files: snapshot?.files))
  }

  private static func words(_ changes: [SettingChange]) -> String {
    changes.map { "\($0)" }.joined(separator: "; ")
  }

  private func stored(for cloud: String) throws(StartError) -> StoreSnapshot {
    do throws(StoreError) { return try store.snapshot(cloud: cloud) } catch { throw .store(error) }
  }
}

/// Whether something has changed, told by one thread to another.
private final class ChangeFlag: Sendable {
  private let isRaised = Atomic(false)

  func raise() { isRaised.store(true, ordering: .releasing) }

  /// Whether it was raised since it was last asked for.
  func take() -> Bool { isRaised.exchange(false, ordering: .acquiringAndReleasing) }
}
