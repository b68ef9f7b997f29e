import AgentCore
import CCurl
import JSONText

/// Sets everything that a request needs on libcurl's handle and remembers the first refusal.
struct RequestOptions {
  private let easy: UnsafeMutableRawPointer
  /// CURLE_OK, or why an option was refused.
  private(set) var result = CURLE_OK

  // Slower than 10 bytes a second for 20 s is a dead line that has not been noticed.
  private static let lowSpeedLimit = 10
  private static let lowSpeedTime = 20

  // CURLHEADER_SEPARATE, a macro with a shift that does not import: a proxy gets none of our headers.
  private static let separateHeaders = 1

  init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

  /// Where to, by which way, and how long at most.
  /// - Parameter afresh: whether to resolve the name and to connect anew.
  mutating func connection(_ access: CloudAccess, address: String, afresh: Bool) {
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_URL, address)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    // An empty text also keeps libcurl from looking at http_proxy, https_proxy and no_proxy. What goes to loopback
    // in the clear never goes to a proxy.
    let isPlain = WebAddress(address)?.isPlainLoopback ?? false
    set(CURLOPT_PROXY, isPlain ? "" : access.proxy ?? "")
    set(CURLOPT_NOPROXY, "")
    set(CURLOPT_HEADEROPT, RequestOptions.separateHeaders)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, access.connectTimeout.wholeMilliseconds)))
    set(CURLOPT_TIMEOUT_MS, Int(max(1, access.requestTimeout.wholeMilliseconds)))
    set(CURLOPT_LOW_SPEED_LIMIT, RequestOptions.lowSpeedLimit)
    set(CURLOPT_LOW_SPEED_TIME, RequestOptions.lowSpeedTime)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    // Name resolution runs on a thread of libcurl's; whoever gives up does not wait for it.
    set(CURLOPT_QUICK_EXIT, 1)
    if afresh {
      set(CURLOPT_FRESH_CONNECT, 1)
      set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
    }
  }

  /// Over a new connection: only over a kept one does libcurl send a request again by itself.
  mutating func newConnection() { set(CURLOPT_FRESH_CONNECT, 1) }

  /// Whom to believe: that file's authorities and no other, or the system's.
  /// - Parameter systemFolder: the folder that makes the system's bundle needless.
  mutating func trust(caFile: String?, systemFolder: String?) {
    set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_PROXY_SSL_VERIFYPEER, 1)
    set(CURLOPT_PROXY_SSL_VERIFYHOST, 2)
    if let caFile {
      set(CURLOPT_CAINFO, caFile)
      set(CURLOPT_CAPATH, nil)
    } else if let systemFolder {
      set(CURLOPT_CAINFO, nil)
      set(CURLOPT_CAPATH, systemFolder)
    }
  }

  /// What to ask. The headers are not copied and must live as long as the transfer.
  mutating func request(
    _ request: CloudRequest, headers: UnsafeMutablePointer<curl_slist>?, userAgent: String
  ) {
    set(CURLOPT_USERAGENT, userAgent)
    note(one4all_curl_set_list(easy, CURLOPT_HTTPHEADER, headers))
    switch request.method {
    case .get: set(CURLOPT_HTTPGET, 1)
    case .post, .patch, .put, .delete:
      let body = request.body.map { JSONText.write($0) }
      if body != nil || request.method != .delete {
        let text = body ?? ""
        note(one4all_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(text.utf8.count)))
        set(CURLOPT_COPYPOSTFIELDS, text)
      }
      set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }
  }

  /// Who takes what comes. The collector must live as long as the transfer.
  mutating func receivers(_ collector: AnswerCollector, errorText: UnsafeMutablePointer<CChar>) {
    let context = Unmanaged.passUnretained(collector).toOpaque()
    note(one4all_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
    note(one4all_curl_set_pointer(easy, CURLOPT_WRITEDATA, context))
    note(one4all_curl_set_pointer(easy, CURLOPT_HEADERDATA, context))
    note(
      one4all_curl_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        guard let context else { return 0 }
        let collector = Unmanaged<AnswerCollector>.fromOpaque(context).takeUnretainedValue()
        let isTaken = collector.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return isTaken ? size * count : 0
      })
    note(
      one4all_curl_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
        guard let context else { return 0 }
        let collector = Unmanaged<AnswerCollector>.fromOpaque(context).takeUnretainedValue()
        collector.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
      })
  }

  /// The header lines; the caller frees them.
  static func headers(for request: CloudRequest, access: CloudAccess) -> UnsafeMutablePointer<curl_slist>? {
    var lines = ["\(access.authHeader): \(access.key.revealed())", "Accept: application/json", "Expect:"]
    if request.body != nil { lines.append("Content-Type: application/json") }
    return lines.reduce(nil) { curl_slist_append($0, $1) }
  }

  private mutating func set(_ option: CURLoption, _ value: Int) {
    note(one4all_curl_set_long(easy, option, value))
  }

  private mutating func set(_ option: CURLoption, _ value: String?) {
    note(one4all_curl_set_text(easy, option, value))
  }

  private mutating func note(_ code: CURLcode) {
    if result == CURLE_OK { result = code }
  }
}
