import AgentCore
import CCurl
import LinuxSystem

/// One connection to the cloud and the request that is under way on it. Belongs to the worker's thread.
///
/// One easy handle is reset and set anew for each request: nothing of a request reaches the next, while the
/// connection, which the multi handle owns, is kept.
final class CloudSession {
  private struct Running {
    let request: CloudRequest
    let collector: AnswerCollector
    let address: String
    let headers: UnsafeMutablePointer<curl_slist>?
  }

  private let multi: UnsafeMutableRawPointer?
  private let easy: UnsafeMutableRawPointer?
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var access: CloudAccess?
  private var systemFolder: String?
  private var running: Running?
  // After a failure the old connection and the old address of the host may be worthless.
  private var startsAfresh = false

  init() {
    _ = CloudSession.library
    multi = curl_multi_init()
    easy = curl_easy_init()
    one4all_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1)
  }

  deinit {
    _ = abandon()
    curl_easy_cleanup(easy)
    curl_multi_cleanup(multi)
    errorText.deallocate()
  }

  // libcurl wants this once in a process; 7.84 and newer do it safely whichever threads are about. 3 is
  // CURL_GLOBAL_ALL, which does not import.
  private static let library: CURLcode = curl_global_init(3)

  /// Whether a request is under way.
  var isBusy: Bool { running != nil }

  /// Uses that access from the next request on.
  func configure(_ access: CloudAccess) {
    self.access = access
    systemFolder = access.caFile == nil ? SystemAuthorities.folder() : nil
    startsAfresh = true
  }

  /// Begins a request; none may be under way.
  /// - Returns: why it cannot even begin; nothing is under way then.
  func start(_ request: CloudRequest) -> CloudFailure? {
    guard let access else { return .misconfigured(detail: "no cloud is set") }
    if let fault = access.fault { return fault }
    guard request.path.hasPrefix("/") else {
      return .misconfigured(detail: "the path of a request must start with a slash")
    }
    guard let multi, let easy else { return .misconfigured(detail: "libcurl cannot be started") }
    let running = Running(
      request: request, collector: AnswerCollector(), address: access.url + request.path,
      headers: RequestOptions.headers(for: request, access: access))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    curl_easy_reset(easy)
    var options = RequestOptions(easy)
    options.connection(access, address: running.address, afresh: startsAfresh)
    if request.isSentOnce { options.newConnection() }
    options.trust(caFile: access.caFile, systemFolder: systemFolder)
    options.request(request, headers: running.headers, userAgent: access.userAgent)
    options.receivers(running.collector, errorText: errorText)
    guard options.result == CURLE_OK else {
      curl_slist_free_all(running.headers)
      return FailureMapping.failure(
        options.result, verification: 0, proxyStatus: 0,
        detail: String(cString: curl_easy_strerror(options.result)))
    }
    self.running = running
    guard curl_multi_add_handle(multi, easy) == CURLM_OK else {
      finish()
      return .misconfigured(detail: "libcurl refuses the request")
    }
    startsAfresh = false
    return nil
  }

  /// Goes on with the request until it ends, a minute is over or the descriptor is readable.
  /// - Returns: its outcome once it has ended.
  func advance(orUntilReadable descriptor: Int32) -> CloudOutcome? {
    var active: Int32 = 0
    curl_multi_perform(multi, &active)
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      if message.pointee.msg == CURLMSG_DONE { return end(message.pointee.data.result) }
    }
    var other = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
    if curl_multi_poll(multi, &other, 1, 60_000, nil) != CURLM_OK {
      // What cannot be waited for is looked at again after a moment.
      var pause = Poll()
      _ = try? pause.wait(milliseconds: 100)
    }
    return nil
  }

  /// The ticket of the request under way.
  var ticket: CloudTicket? { running?.request.ticket }

  /// Gives the request up, and its connection with it.
  /// - Returns: its ticket; nil when none was under way.
  func abandon() -> CloudTicket? {
    guard let running else { return nil }
    finish()
    return running.request.ticket
  }

  private func end(_ code: CURLcode) -> CloudOutcome? {
    guard let running, let access else { return nil }
    let redaction = Redaction(access.key)
    let result: Result<CloudAnswer, CloudFailure>
    if running.collector.isTooLarge {
      // An error is judged by its status, whatever the size of its words.
      result = TransferFacts(easy).status >= 400 ? answer(running, redaction) : .failure(.tooLarge)
    } else if code == CURLE_OK, running.collector.head.isComplete {
      result = answer(running, redaction)
    } else if code == CURLE_OK {
      result = .failure(.interrupted(detail: "the connection ended in the head of the answer"))
    } else {
      let facts = TransferFacts(easy)
      result = .failure(
        FailureMapping.failure(
          code, verification: facts.verification, proxyStatus: facts.proxyStatus,
          detail: redaction.apply(detail(of: code))))
      startsAfresh = true
    }
    finish()
    return CloudOutcome(ticket: running.request.ticket, result: result)
  }

  private func answer(_ running: Running, _ redaction: Redaction) -> Result<CloudAnswer, CloudFailure> {
    let facts = TransferFacts(easy)
    if let target = facts.redirectTarget, let there = WebAddress(target, guessingScheme: true),
      let here = WebAddress(running.address), !there.isSameOrigin(as: here)
    {
      return .failure(.redirected(to: redaction.apply(AnswerBody.excerpt(Array(target.utf8)))))
    }
    let head = running.collector.head
    let hostTime = head.receivedAt - .microseconds(facts.waitInMicroseconds / 2)
    return .success(
      CloudAnswer(
        status: facts.status, body: AnswerBody.read(redaction.apply(running.collector.body)),
        date: head.date, hostTime: hostTime, retryAfter: head.retryAfter(hostTime: hostTime)))
  }

  private func detail(of code: CURLcode) -> String {
    let detail = String(cString: errorText)
    return detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
  }

  private func finish() {
    curl_multi_remove_handle(multi, easy)
    curl_slist_free_all(running?.headers)
    running = nil
  }
}
