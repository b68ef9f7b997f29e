public import AgentCore
import LinuxSystem
import Synchronization

/// Keeps what must survive a power cut, from a thread of its own. What waits goes into one transaction, so that many
/// requests cost one wait for the disk. Letting go of it stops it.
public final class StoreWorker: Sendable {
  /// Bytes of requests that may wait: at the end of the daemon all that the core has in memory (`Intake.memoryLimit`)
  /// comes at once.
  private static let limit = Intake.memoryLimit + 8 << 20

  private final class Shared: Sendable {
    let box: Mailbox<StoreWork>
    // Beside the requests: a full box refuses them.
    let isStopping = Atomic(false)
    let keeper: Mutex<StoreKeeper?>

    init(_ keeper: consuming sending StoreKeeper) throws(StoreError) {
      do { box = try Mailbox(limit: StoreWorker.limit, weight: \.memory) } catch { throw .system(error) }
      self.keeper = Mutex(keeper)
    }
  }

  /// Where the worker's words go. All are called on its thread, and must not wait.
  private struct Listener: Sendable {
    let report: @Sendable (StoreReport) -> Void
    let passings: @Sendable (PassingReport) -> Void
    let notice: @Sendable (StoreNotice) -> Void
    let changed: @Sendable () -> Void

    func hear(_ answer: StoreAnswer) {
      switch answer {
      case .state(let report): self.report(report)
      case .passings(let report): passings(report)
      }
    }
  }

  /// Path of the database.
  public let path: String
  /// Where the former database was put because it was damaged; nil when it was not.
  public let setAside: String?

  private let shared: Shared
  private let thread: WorkerThread

  /// Opens the database as `AgentDatabase.open` does, and starts the thread.
  /// - Parameters:
  ///   - directory: folder of the state; made when it is missing.
  ///   - options: how it is to work.
  ///   - passings: called on the worker's thread, once for each request about passings that was accepted; it must not
  ///     wait.
  ///   - notice: called on the worker's thread with what nobody asked for; it must not wait.
  ///   - changed: called on the worker's thread, before any report of the same transaction, when what is believed of
  ///     passings has changed: followers have something to read. It must not wait.
  ///   - report: called on the worker's thread, once for each other request that was accepted; it must not wait.
  public init(
    directory: String, options: StoreOptions = StoreOptions(),
    passings: @escaping @Sendable (PassingReport) -> Void = { _ in },
    notice: @escaping @Sendable (StoreNotice) -> Void = { _ in },
    changed: @escaping @Sendable () -> Void = {},
    report: @escaping @Sendable (StoreReport) -> Void
  ) throws(StoreError) {
    let keeper = try StoreKeeper(directory: directory, options: options)
    path = "\(directory)/\(AgentDatabase.fileName)"
    setAside = keeper.setAside
    let shared = try Shared(keeper)
    self.shared = shared
    let listener = Listener(report: report, passings: passings, notice: notice, changed: changed)
    do { thread = try WorkerThread(name: "store") { StoreWorker.run(shared, listener) } } catch {
      throw .system(error)
    }
  }

  /// All bindings of that cloud, by serial number. Waits for a transaction that is under way: for the start, and for
  /// a change of the cloud.
  public func bindings(cloud: String) throws(StoreError) -> [DeviceBinding] {
    let result: Result<[DeviceBinding], StoreError>? = shared.keeper.withLock { keeper in
      do throws(StoreError) {
        return (try keeper?.database?.bindings(cloud: cloud)).map { .success($0) }
      } catch {
        return .failure(error)
      }
    }
    guard let result else { throw .closed(path: path) }
    return try result.get()
  }

  /// Everything that the core needs at its start, in the same time however many passings there are. From now on the
  /// summaries show the sessions of that cloud. Waits for a transaction that is under way.
  public func snapshot(cloud: String) throws(StoreError) -> StoreSnapshot {
    let result: Result<StoreSnapshot, StoreError>? = shared.keeper.withLock { keeper in
      do throws(StoreError) {
        return (try keeper?.snapshot(cloud: cloud)).map { .success($0) }
      } catch {
        return .failure(error)
      }
    }
    guard let result else { throw .closed(path: path) }
    return try result.get()
  }

  /// Puts a request behind those that wait; never waits itself.
  /// - Returns: false when too much waits for the worker; the request then gets no report.
  @discardableResult
  public func send(_ request: StoreRequest) -> Bool { shared.box.post(.state(request)) }

  /// Puts a request about passings behind those that wait; never waits itself.
  /// - Returns: false when too much waits for the worker; the request then gets no report.
  @discardableResult
  public func send(_ request: PassingRequest) -> Bool { shared.box.post(.passings(request)) }

  deinit { stop() }

  /// Does all that was sent before, closes the database and waits for the thread's end; at once when it has ended.
  public func stop() {
    shared.isStopping.store(true, ordering: .releasing)
    shared.box.wake()
    thread.join()
  }

  private static func run(_ shared: Shared, _ listener: Listener) {
    while true {
      // Looked at before the box: what was sent before the stop is in it.
      let isLast = shared.isStopping.load(ordering: .acquiring)
      let work = shared.box.takeAll()
      if !work.isEmpty { perform(work, shared, listener) }
      if isLast { break }
      let pause = beside(shared, listener)
      if pause != 0 { _ = try? Poll.wait(for: shared.box.descriptor, .read, milliseconds: pause) }
    }
    shared.keeper.withLock { $0 = nil }
  }

  private static func perform(_ work: [StoreWork], _ shared: Shared, _ listener: Listener) {
    let (answers, notices) =
      watchingChanges(shared, listener) { keeper in
        (keeper.perform(work), keeper.takeNotices())
      } ?? ([], [])
    for answer in answers { listener.hear(answer) }
    for notice in notices { listener.notice(notice) }
  }

  /// Does a slice of what is to be done beside the requests.
  /// - Returns: milliseconds until there is more, at most; -1 for none.
  private static func beside(_ shared: Shared, _ listener: Listener) -> Int32 {
    let (pause, notices) =
      watchingChanges(shared, listener) { keeper in
        (keeper.idle(), keeper.takeNotices())
      } ?? (-1, [])
    for notice in notices { listener.notice(notice) }
    return pause
  }

  /// Works with the keeper, and tells when that has changed what is believed; nil when there is none any more.
  private static func watchingChanges<Value>(
    _ shared: Shared, _ listener: Listener, _ body: (inout StoreKeeper) -> sending Value
  ) -> sending Value? {
    let result = shared.keeper.withLock { keeper -> (value: Value, isChanged: Bool)? in
      guard var open = keeper.take() else { return nil }
      let before = open.lastChange()
      let value = body(&open)
      let isChanged = open.lastChange() != before
      keeper = consume open
      return (value, isChanged)
    }
    if result?.isChanged == true { listener.changed() }
    return result?.value
  }
}
