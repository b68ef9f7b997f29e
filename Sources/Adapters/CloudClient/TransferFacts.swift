import CCurl

/// What libcurl knows of a transfer that has ended.
struct TransferFacts {
  private let easy: UnsafeMutableRawPointer?

  init(_ easy: UnsafeMutableRawPointer?) { self.easy = easy }

  /// The HTTP status.
  var status: Int { long(CURLINFO_RESPONSE_CODE) }

  /// The HTTP status of the proxy's answer to the wish for a tunnel; 0 when there was none.
  var proxyStatus: Int { long(CURLINFO_HTTP_CONNECTCODE) }

  /// OpenSSL's verdict on the server's certificate, X509_V_OK (0) for a good one.
  var verification: Int { long(CURLINFO_SSL_VERIFYRESULT) }

  /// Time between the request's first byte sent and the answer's first byte received.
  var waitInMicroseconds: Int64 {
    max(0, offset(CURLINFO_STARTTRANSFER_TIME_T) - offset(CURLINFO_PRETRANSFER_TIME_T))
  }

  /// Where a redirect leads, as an absolute address.
  var redirectTarget: String? {
    var text: UnsafePointer<CChar>?
    one4all_curl_get_text(easy, CURLINFO_REDIRECT_URL, &text)
    return text.map { String(cString: $0) }
  }

  private func long(_ information: CURLINFO) -> Int {
    var value = 0
    one4all_curl_get_long(easy, information, &value)
    return value
  }

  private func offset(_ information: CURLINFO) -> Int64 {
    var value: curl_off_t = 0
    one4all_curl_get_offset(easy, information, &value)
    return Int64(value)
  }
}
