public import AgentCore
import LinuxSystem
import Synchronization

/// Keeps what must survive a power cut, from a thread of its own. What waits goes into one transaction, so that many
/// requests cost one wait for the disk. It must be stopped before it is let go of.
public final class StoreWorker: Sendable {
  private enum Message: Sendable {
    case request(StoreRequest)
    case stop
  }

  private final class Shared: Sendable {
    let box: Mailbox<Message>
    // Beside the message, because a full box refuses messages; its descriptor is readable then.
    let isStopping = Atomic(false)
    let database: Mutex<AgentDatabase?>

    init(_ database: consuming sending AgentDatabase) throws(StoreError) {
      do { box = try Mailbox(capacity: 65_536) } catch { throw .system(error) }
      self.database = Mutex(database)
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
  ///   - busyTimeout: milliseconds to wait for a transaction of a person's tool.
  ///   - report: called on the worker's thread, once for each request that was accepted; it must not wait.
  public init(
    directory: String, busyTimeout: Int32 = 5000, report: @escaping @Sendable (StoreReport) -> Void
  ) throws(StoreError) {
    let database = try AgentDatabase.open(directory: directory, busyTimeout: busyTimeout)
    path = database.path
    setAside = database.setAside
    let shared = try Shared(database)
    self.shared = shared
    do { thread = try WorkerThread(name: "store") { StoreWorker.run(shared, report) } } catch {
      throw .system(error)
    }
  }

  /// All bindings of that cloud, by serial number. Waits for a transaction that is under way: for the start, and for
  /// a change of the cloud.
  public func bindings(cloud: String) throws(StoreError) -> [DeviceBinding] {
    let result: Result<[DeviceBinding], StoreError>? = shared.database.withLock { database in
      do throws(StoreError) { return (try database?.bindings(cloud: cloud)).map { .success($0) } } catch {
        return .failure(error)
      }
    }
    guard let result else { throw .closed(path: path) }
    return try result.get()
  }

  /// Puts a request behind those that wait; never waits itself.
  /// - Returns: false when 65,536 have come since the worker last looked; the request then gets no report.
  @discardableResult
  public func send(_ request: StoreRequest) -> Bool { shared.box.post(.request(request)) }

  /// Does all that was sent before, closes the database and waits for the thread's end.
  public func stop() {
    shared.isStopping.store(true, ordering: .releasing)
    shared.box.post(.stop)
    thread.join()
  }

  private static func run(_ shared: Shared, _ report: (StoreReport) -> Void) {
    while true {
      // Looked at before the box: what was sent before the stop is in it.
      let isLast = shared.isStopping.load(ordering: .acquiring)
      let requests = shared.box.takeAll().compactMap { message -> StoreRequest? in
        switch message {
        case .request(let request): request
        case .stop: nil
        }
      }
      if !requests.isEmpty { apply(requests, shared, report) }
      if isLast { break }
      _ = try? Poll.wait(for: shared.box.descriptor, .read, milliseconds: -1)
    }
    shared.database.withLock { $0 = nil }
  }

  private static func apply(_ requests: [StoreRequest], _ shared: Shared, _ report: (StoreReport) -> Void) {
    let failure = shared.database.withLock { database -> StoreFailure? in
      do throws(StoreError) {
        try database?.apply(requests)
        return nil
      } catch { return error.failure }
    }
    for request in requests {
      if let failure {
        report(.failed(request, failure))
        continue
      }
      switch request {
      case .keep(let binding): report(.kept(binding))
      case .forget(let cloud, let serialNumber):
        report(.forgotten(cloud: cloud, serialNumber: serialNumber))
      case .noteLastSeen(let cloud, let serialNumber, let time):
        report(.noted(cloud: cloud, serialNumber: serialNumber, time))
      }
    }
  }
}
