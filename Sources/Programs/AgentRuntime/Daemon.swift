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
/// What the line says has a mailbox of its own, bounded by what ten minutes at full rate can bring: whatever holds this
/// thread up, bytes are read on, and what the others have to tell still finds room.
final class Daemon {
  private let configurationPath: String
  private(set) var settings: AgentSettings
  var agent: Agent
  private let signals: SignalReader
  private let heard: Mailbox<LineReport>
  private let events: Mailbox<AgentEvent>
  private var refusedPosts = 0
  private let line: LineWorker
  private let cloud: CloudWorker
  private let store: StoreWorker
  private let journal: Journal
  private let notifier = ServiceNotifier()
  private var control: ControlService
  private var statusLine = ServiceStatusLine()
  private var hasSettled = false

  /// Runs until SIGTERM or SIGINT.
  static func run(configuration path: String) throws(StartError) {
    // What the dynamic linker has gone through.
    ResidentMemory.letGoOfStartUp()
    // There is no other thread yet.
    ZoneDatabase.prepare()
    let daemon = try Daemon(configuration: path)
    daemon.loop()
    daemon.stop()
  }

  private init(configuration path: String) throws(StartError) {
    configurationPath = path
    do throws(ConfigurationErrors) {
      settings = try ConfigurationLoader.load(path: path).settings
    } catch { throw .configuration(error) }
    let access = try Daemon.access(settings.cloud)
    journal = Journal(level: settings.logLevel)
    do throws(SystemError) {
      // Before any thread is started, so that none of them takes a signal.
      signals = try SignalReader([SIGTERM, SIGINT, SIGHUP])
      let heard = try Mailbox<LineReport>(capacity: 1 << 18)
      let events = try Mailbox<AgentEvent>(capacity: 1 << 18)
      self.heard = heard
      self.events = events
    } catch { throw .system(error) }
    let snapshot: StoreSnapshot
    do throws(StoreError) {
      let events = events
      store = try StoreWorker(
        directory: settings.storeDirectory, options: StoreOptions(settings.store, zones: Zones.lookup),
        passings: { report in events.post(.passings(report)) },
        notice: { notice in events.post(.notice(notice)) },
        report: { report in events.post(.store(report)) })
      snapshot = try store.snapshot(cloud: settings.cloud.url)
    } catch { throw .store(error) }
    // After the store, so that a second daemon has started nothing when it finds the folder in use.
    do throws(SystemError) {
      let (heard, events) = (heard, events)
      line = try LineWorker { report in heard.post(report) }
      cloud = try CloudWorker { outcome in events.post(.cloud(outcome)) }
    } catch { throw .system(error) }
    ResidentMemory.letGoOfStartUp()
    cloud.configure(access)
    control = ControlService(path: settings.controlSocket, group: settings.controlGroup)
    agent = Agent(
      settings: settings, bindings: snapshot.bindings, files: snapshot.files,
      doubtful: snapshot.doubtfulTotal, firstFiles: snapshot.firstContacts.mapValues(\.file),
      seed: UInt64.random(in: .min ... .max), zones: Zones.lookup, at: Daemon.now().monotonic)
    if let setAside = store.setAside {
      journal.write(
        LogEntry(.storeDamaged, "the state was damaged; it is kept as \(setAside), and a new one is in use"))
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
    tell(control.open())
    take(.tick)
    ResidentMemory.letGoOfStartUp()
    notifier.ready(status: statusLine.text(for: agent, at: Daemon.now()))
    var poll = Poll()
    while true {
      poll.removeAll()
      let signalPlace = poll.add(signals.descriptor, .read)
      let heardPlace = poll.add(heard.descriptor, .read)
      let eventsPlace = poll.add(events.descriptor, .read)
      control.addDescriptors(to: &poll)
      do throws(SystemError) {
        try poll.wait(milliseconds: waitMilliseconds())
      } catch {
        // Only a lack of memory or a programming error gets here; the next round tries again.
        journal.write(
          LogEntry(.controlFailing, "waiting for events failed: \(error)", [.reason: error.operation]))
      }
      if poll.readiness(at: signalPlace).contains(.read), !handleSignals() { return }
      // Every event brings everything on that is due. Only a round without one needs a tick.
      var needsTick = true
      if !poll.readiness(at: heardPlace).isEmpty {
        for report in heard.takeAll() {
          take(.line(report))
          needsTick = false
        }
      }
      if !poll.readiness(at: eventsPlace).isEmpty {
        for event in events.takeAll() {
          take(event)
          needsTick = false
        }
      }
      countRefused()
      control.service(poll) { request in
        needsTick = true
        return self.answer(request)
      }
      if needsTick { take(.tick) }
      let now = Daemon.now()
      tell(control.retry(at: now.monotonic))
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
    let now = MonotonicTime(nanoseconds: SystemClock.monotonicNanoseconds)
    let deadlines = [agent.nextDeadline, control.nextDeadline, statusLine.nextRefresh].compactMap { $0 }
    guard let next = deadlines.min() else { return -1 }
    // Rounded up: waking just before the deadline would only turn the loop once more.
    return Int32(clamping: max(0, ((next - now).wholeNanoseconds + 999_999) / 1_000_000))
  }

  /// Messages of the line that found no room are lost here, but not in the reader's memory.
  private func countRefused() {
    let refused = heard.refused
    guard refused > refusedPosts else { return }
    take(.linePostsRefused(refused - refusedPosts))
    refusedPosts = refused
  }

  func take(_ event: AgentEvent) {
    for action in agent.handle(event, at: Daemon.now()) { perform(action) }
  }

  /// The store's box is full: a failure like any other, which the core tries again.
  private static let storeIsBehind = StoreFailure(
    operation: "send", number: EAGAIN, description: "the store is behind")

  func perform(_ action: AgentAction) {
    switch action {
    case .line(let request): line.request(request)
    case .cloud(let request):
      // A full box is an outcome like any other failure; the core tries again.
      if !cloud.send(request) {
        events.post(.cloud(CloudOutcome(identifier: request.identifier, result: .failure(.cancelled))))
      }
    case .cancelCloud: cloud.cancelAll()
    case .store(let request):
      if !store.send(request) {
        events.post(.store(.failed(request, Daemon.storeIsBehind)))
      }
    case .keep(let request):
      if !store.send(request) {
        events.post(.passings(.failed(request, Daemon.storeIsBehind)))
      }
    case .log(let entry): journal.write(entry)
    }
  }

  private func tell(_ entry: LogEntry?) {
    if let entry { journal.write(entry) }
  }

  // MARK: Signals

  /// - Returns: false when the daemon shall end.
  private func handleSignals() -> Bool {
    while let signal = try? signals.next() {
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
    let new: AgentSettings
    do throws(ConfigurationErrors) {
      new = try ConfigurationLoader.load(path: configurationPath).settings
    } catch {
      for problem in error.problems {
        let place = problem.line.map { "\(problem.file):\($0)" } ?? problem.file
        journal.write(LogEntry(.settingsRefused, "\(problem); the running settings stay", [.place: place]))
      }
      return
    }
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
    settings = new
    journal.level = new.logLevel
    let words = changes.isEmpty ? "nothing changed" : changes.map { "\($0)" }.joined(separator: "; ")
    journal.write(LogEntry(.settingsReloaded, "settings read again: \(words)"))
    take(.reloaded(new, bindings: snapshot?.bindings, files: snapshot?.files))
  }

  private func stored(for cloud: String) throws(StartError) -> StoreSnapshot {
    do throws(StoreError) { return try store.snapshot(cloud: cloud) } catch { throw .store(error) }
  }

  private func stop() {
    notifier.stopping()
    for action in agent.farewell() { perform(action) }
    control.close()
    line.stop()
    cloud.stop()
    store.stop()
  }
}
