import AgentCore
import CCurl

/// libcurl's error numbers in the agent's words. By number only: texts change.
enum FailureMapping {
  // OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
  private static let notYetValid = 9
  private static let expired = 10

  /// - Parameters:
  ///   - code: why the transfer ended.
  ///   - verification: OpenSSL's verdict on the certificate.
  ///   - proxyStatus: the proxy's answer to the wish for a tunnel, 0 for none.
  ///   - detail: for a person.
  static func failure(_ code: CURLcode, verification: Int, proxyStatus: Int, detail: String)
    -> CloudFailure
  {
    if proxyStatus >= 300 { return .unreachable(detail: "the proxy answers \(proxyStatus): \(detail)") }
    return switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved(detail: detail)
    case CURLE_COULDNT_CONNECT, CURLE_PROXY: .unreachable(detail: detail)
    case CURLE_OPERATION_TIMEDOUT: .timedOut(detail: detail)
    case CURLE_PEER_FAILED_VERIFICATION:
      switch verification {
      case notYetValid: .certificateNotYetValid
      case expired: .certificateExpired
      default: .untrusted(detail: detail)
      }
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
      .untrusted(detail: detail)
    case CURLE_URL_MALFORMAT, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND,
      CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN,
      CURLE_BAD_FUNCTION_ARGUMENT, CURLE_FAILED_INIT, CURLE_OUT_OF_MEMORY:
      .misconfigured(detail: detail)
    // The addresses are checked before, so "unsupported protocol" (1) means here that what answers speaks no HTTP.
    // Whatever else there is happens on an open connection.
    default: .interrupted(detail: detail)
    }
  }
}
