import CMicrohttpd
public import LinuxSystem
import Synchronization

/// Why a server could not be started.
public enum HTTPServerError: Error, Equatable, CustomStringConvertible {
  /// The port cannot be listened on.
  case listen(SystemError)
  /// The library refused, in its own words; most often a certificate or key that does not fit.
  case refused(String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .listen(let error): "\(error)"
    case .refused(let reason): "libmicrohttpd: \(reason)"
    }
  }
}

/// An HTTP/1.1 server on 127.0.0.1, plain or with TLS, by libmicrohttpd. It has a thread a connection, keeps
/// connections alive, and ends with `stop()` or when its owner lets go of it.
public final class HTTPServer: Sendable {
  /// A certificate and its key.
  public struct TLS: Sendable {
    /// The certificate chain, PEM.
    public let certificate: String
    /// The private key, PEM.
    public let key: String

    /// A certificate chain and its key, both PEM.
    public init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// Answers a request; called on the connection's own thread, several at a time.
  public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

  /// The port that it listens on.
  public let port: UInt16

  private let exchanges: ExchangeHooks
  private let daemon: Mutex<OpaquePointer?>

  /// Starts serving.
  /// - Parameters:
  ///   - port: 0 takes a free one.
  ///   - tls: nil serves plain HTTP.
  ///   - bodyLimit: most bytes of a request's body; a longer one is answered with 413.
  ///   - handler: answers the requests.
  public init(
    port: UInt16, tls: TLS? = nil, bodyLimit: Int = 1 << 22, handler: @escaping Handler
  ) throws(HTTPServerError) {
    do {
      let listener = try Sockets.listen(loopbackPort: port)
      self.port = try Sockets.port(of: listener)
      exchanges = try ExchangeHooks(tls: tls, bodyLimit: bodyLimit, handler: handler)
      // The library closes the socket, even when it refuses to start.
      guard let started = exchanges.start(listener: listener.release()) else {
        throw HTTPServerError.refused(exchanges.lastComplaint)
      }
      daemon = Mutex(started)
    } catch let error as SystemError {
      throw .listen(error)
    } catch let error as HTTPServerError {
      throw error
    } catch {
      throw .refused("\(error)")
    }
  }

  deinit { stop() }

  /// How many connections were accepted since the start.
  public var connections: Int { exchanges.connections }

  /// Ends all connections and waits until every handler has returned; at once when it was stopped before.
  /// Delayed answers are not waited for. Not to be called by a handler.
  public func stop() {
    exchanges.hurry()
    daemon.withLock { daemon in
      if let running = daemon { MHD_stop_daemon(running) }
      daemon = nil
    }
  }
}
