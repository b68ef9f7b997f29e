import CMicrohttpd
import Glibc
import LinuxSystem
import Synchronization

/// What the library calls back, and the memory that it needs for as long as it runs.
///
/// `@unchecked` because of the pointers: they are set once before the daemon starts, only read after that, and
/// freed when it has ended (`HTTPServer.stop()` joins its threads before letting go of this).
final class ExchangeHooks: @unchecked Sendable {
  /// A request that is coming in; one thread at a time touches it, its connection's.
  private final class Exchange {
    var body: [UInt8] = []
    var isTooLong = false
  }

  private struct Counts {
    var connections = 0
    var lastComplaint = "no reason given"
  }

  private let handler: HTTPServer.Handler
  private let bodyLimit: Int
  private let stopping: WakeUp
  private let counts = Mutex(Counts())
  private let table: UnsafeMutablePointer<one4all_mhd_hooks>
  private let key: UnsafeMutablePointer<CChar>?
  private let certificate: UnsafeMutablePointer<CChar>?

  init(tls: HTTPServer.TLS?, bodyLimit: Int, handler: @escaping HTTPServer.Handler) throws(SystemError) {
    stopping = try WakeUp()
    self.bodyLimit = bodyLimit
    self.handler = handler
    key = tls.flatMap { strdup($0.key) }
    certificate = tls.flatMap { strdup($0.certificate) }
    table = .allocate(capacity: 1)
    table.initialize(to: one4all_mhd_hooks())
    table.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    table.pointee.begin = { _ in Unmanaged.passRetained(Exchange()).toOpaque() }
    table.pointee.receive = { context, exchange, bytes, count in
      ExchangeHooks.at(context)?.receive(exchange, UnsafeRawBufferPointer(start: bytes, count: count))
    }
    table.pointee.finish = { context, exchange, connection, path, method in
      guard let hooks = ExchangeHooks.at(context), let connection, let path, let method else {
        return MHD_Result.NO
      }
      return hooks.finish(exchange, connection, String(cString: path), String(cString: method))
    }
    table.pointee.end = { _, exchange in
      if let exchange { Unmanaged<Exchange>.fromOpaque(exchange).release() }
    }
    table.pointee.accepted = { context in
      ExchangeHooks.at(context)?.counts.withLock { $0.connections += 1 }
    }
    table.pointee.complain = { context, text in
      guard let text else { return }
      let words = String(cString: text).split(whereSeparator: \.isNewline).joined(separator: " ")
      ExchangeHooks.at(context)?.counts.withLock { $0.lastComplaint = words }
    }
  }

  deinit {
    table.deallocate()
    free(key)
    free(certificate)
  }

  var connections: Int { counts.withLock { $0.connections } }
  var lastComplaint: String { counts.withLock { $0.lastComplaint } }

  /// Starts the library, which takes the listening socket over; nil when it refuses.
  func start(listener: Int32) -> OpaquePointer? { one4all_mhd_start(listener, table, key, certificate) }

  /// Ends the waiting of delayed answers, now and later.
  func hurry() { stopping.call() }

  private static func at(_ context: UnsafeMutableRawPointer?) -> ExchangeHooks? {
    context.map { Unmanaged<ExchangeHooks>.fromOpaque($0).takeUnretainedValue() }
  }

  private func receive(_ pointer: UnsafeMutableRawPointer?, _ bytes: UnsafeRawBufferPointer) {
    guard let pointer else { return }
    let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    if exchange.body.count + bytes.count > bodyLimit { exchange.isTooLong = true }
    if !exchange.isTooLong { exchange.body.append(contentsOf: bytes) }
  }

  private func finish(
    _ pointer: UnsafeMutableRawPointer?, _ connection: OpaquePointer, _ path: String, _ method: String
  ) -> MHD_Result {
    guard let pointer else { return MHD_Result.NO }
    let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    var response = HTTPResponse(status: 413)
    if !exchange.isTooLong {
      let request = HTTPRequest(
        method: method, path: path, query: fields(of: connection, .GET_ARGUMENT_KIND),
        headers: fields(of: connection, .HEADER_KIND), body: exchange.body)
      response = handler(request)
    }
    if response.delayMilliseconds > 0 {
      let delay = Int32(clamping: response.delayMilliseconds)
      _ = try? Poll.wait(for: stopping.descriptor, .read, milliseconds: delay)
    }
    switch response.delivery {
    case .whole: return queue(response, connection)
    case .reset:
      _ = one4all_mhd_reset(connection)
      return MHD_Result.NO
    }
  }

  private func fields(of connection: OpaquePointer, _ kind: MHD_ValueKind) -> HTTPFields {
    var found = HTTPFields()
    withUnsafeMutablePointer(to: &found) { place in
      _ = MHD_get_connection_values(
        connection, kind,
        { context, _, name, value in
          let fields = context?.assumingMemoryBound(to: HTTPFields.self)
          if let name {
            let text = value.map { String(cString: $0) } ?? ""
            fields?.pointee.all.append(.init(String(cString: name), text))
          }
          return MHD_Result.YES
        }, place)
    }
    return found
  }

  private func queue(_ response: HTTPResponse, _ connection: OpaquePointer) -> MHD_Result {
    // MHD_RESPMEM_MUST_COPY leaves the bytes as they are, although the parameter is not const.
    var body = response.body
    let made = body.withUnsafeMutableBytes { bytes in
      MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
    }
    guard let made else { return MHD_Result.NO }
    defer { MHD_destroy_response(made) }
    for field in response.headers.all { _ = MHD_add_response_header(made, field.name, field.value) }
    switch response.date {
    case .host: addDate(SystemClock.wallMilliseconds, made)
    case .at(let milliseconds): addDate(milliseconds, made)
    case .omitted: break
    }
    return MHD_queue_response(connection, UInt32(clamping: response.status), made)
  }

  private func addDate(_ milliseconds: Int64, _ response: OpaquePointer) {
    _ = MHD_add_response_header(response, "Date", HTTPDate.text(milliseconds: milliseconds))
  }
}
