public import AgentCore
import JSONDocument
public import LinuxSystem
import Synchronization

/// Sends requests to the cloud, one at a time and in order, from a thread of its own.
///
/// Every request that was accepted gets exactly one outcome, also when it is called off. The connection is kept
/// between requests. Letting go of it stops it: a process must not end while libcurl is still at work.
public final class CloudWorker: Sendable {
  private enum Message: Sendable {
    case configure(CloudAccess)
    case send(CloudRequest)
    case cancel(CloudTicket)
  }

  /// Bytes of requests that may wait: one of 500 passings is some 100 kB, and the core asks two things at a time.
  private static let limit = 4 << 20

  private final class Inbox: Sendable {
    let box: Mailbox<Message>
    // Beside the messages: a full box refuses them.
    let isStopping = Atomic(false)

    init() throws(SystemError) {
      box = try Mailbox(limit: CloudWorker.limit) { message in
        if case .send(let request) = message {
          request.path.utf8.count + (request.body?.memory ?? 0)
        } else {
          0
        }
      }
    }
  }

  private let inbox: Inbox
  private let thread: WorkerThread

  /// Starts the thread; until `configure` every request ends as misconfigured.
  /// - Parameter report: called on the worker's thread with each outcome; it must not wait.
  /// - Throws: when the thread or its wake-up cannot be had.
  public init(report: @escaping @Sendable (CloudOutcome) -> Void) throws(SystemError) {
    let inbox = try Inbox()
    self.inbox = inbox
    thread = try WorkerThread(name: "cloud") { CloudWorker.run(inbox, report) }
  }

  /// Uses this access for all requests that are sent from now on, over new connections.
  public func configure(_ access: CloudAccess) { inbox.box.deliver(.configure(access)) }

  /// Puts a request behind those that wait.
  /// - Returns: false when 4 MiB wait for the worker; the request then gets no outcome.
  @discardableResult
  public func send(_ request: CloudRequest) -> Bool { inbox.box.post(.send(request)) }

  /// Calls off a request, under way or waiting; it ends as `cancelled`. The cloud may have done the work.
  public func cancel(_ ticket: CloudTicket) { inbox.box.deliver(.cancel(ticket)) }

  deinit { stop() }

  /// Calls everything off and waits for the thread's end, which takes less than a second.
  public func stop() {
    inbox.isStopping.store(true, ordering: .releasing)
    inbox.box.wake()
    thread.join()
  }

  private static func run(_ inbox: Inbox, _ report: (CloudOutcome) -> Void) {
    let session = CloudSession()
    var queue = CloudQueue()
    while true {
      for message in inbox.box.takeAll() {
        switch message {
        case .configure(let access): queue.add(.configure(access))
        case .send(let request): queue.add(.request(request))
        case .cancel(let ticket):
          if session.ticket == ticket, let ticket = session.abandon() { report(.cancelled(ticket)) }
          for ticket in queue.removeRequests(where: { $0 == ticket }) { report(.cancelled(ticket)) }
        }
      }
      if inbox.isStopping.load(ordering: .acquiring) { break }
      while !session.isBusy, let job = queue.next() {
        switch job {
        case .configure(let access): session.configure(access)
        case .request(let request):
          if let failure = session.start(request) {
            report(CloudOutcome(ticket: request.ticket, result: .failure(failure)))
          }
        }
      }
      if session.isBusy {
        if let outcome = session.advance(orUntilReadable: inbox.box.descriptor) { report(outcome) }
      } else {
        _ = try? Poll.wait(for: inbox.box.descriptor, .read, milliseconds: -1)
      }
    }
    if let ticket = session.abandon() { report(.cancelled(ticket)) }
    for ticket in queue.removeRequests(where: { _ in true }) { report(.cancelled(ticket)) }
  }
}

extension CloudOutcome {
  fileprivate static func cancelled(_ ticket: CloudTicket) -> CloudOutcome {
    CloudOutcome(ticket: ticket, result: .failure(.cancelled))
  }
}
