import Glibc
import JSONDocument
import JSONText
import LinuxSystem

/// Asks the daemon.
public enum ControlClient {
  /// Sends one request and waits for its reply.
  /// - Parameters:
  ///   - path: the control socket.
  ///   - timeout: for everything together.
  /// - Throws: `.refused` when the reply has a member `error`; else why there is no reply.
  public static func ask(path: String, _ request: JSONValue, timeout: Duration = .seconds(5))
    throws(ControlError) -> JSONValue
  {
    let line: [UInt8]
    do throws(SystemError) {
      line = try exchange(path, Array(JSONText.write(request).utf8) + [newline], timeout)
    } catch {
      switch error.number {
      case ENOENT, ECONNREFUSED, ENOTDIR: throw .notRunning(path: path)
      case EACCES, EPERM: throw .notPermitted(path: path)
      case EAGAIN, ETIMEDOUT: throw .timedOut(path: path)
      case ECONNRESET, EPIPE: throw .closed(path: path)
      case EMSGSIZE: throw .unreadable(path: path, reason: "it is longer than \(ControlLimits.reply) bytes")
      default: throw .failed(error)
      }
    }
    let reply: JSONValue
    do throws(JSONTextError) { reply = try JSONText.parse(line) } catch {
      throw .unreadable(path: path, reason: error.description)
    }
    if let reason = reply["error"]?.string { throw .refused(reason: reason) }
    return reply
  }

  private static func exchange(_ path: String, _ request: [UInt8], _ timeout: Duration) throws(SystemError)
    -> [UInt8]
  {
    let end = SystemClock.monotonicNanoseconds + nanoseconds(timeout)
    let connection = try Sockets.connect(unix: path, milliseconds: Int(nanoseconds(timeout) / 1_000_000))
    try connection.setNonBlocking()
    try send(request, on: connection, until: end)
    return try receive(on: connection, until: end)
  }

  private static func send(_ bytes: [UInt8], on connection: borrowing Descriptor, until end: Int64)
    throws(SystemError)
  {
    var rest = bytes[...]
    while !rest.isEmpty {
      do throws(SystemError) {
        guard let count = try transmit(rest, connection.number) else {
          try wait(for: connection, .write, until: end)
          continue
        }
        rest = rest.dropFirst(count)
      } catch {
        // A daemon that refuses the request early has written why before it closed.
        if error.number == EPIPE { return }
        throw error
      }
    }
  }

  private static func receive(on connection: borrowing Descriptor, until end: Int64) throws(SystemError)
    -> [UInt8]
  {
    var received: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      switch try connection.read(into: chunk) {
      case .wouldBlock: try wait(for: connection, .read, until: end)
      case .end: throw SystemError("read", number: ECONNRESET)
      case .bytes(let count):
        let bytes = chunk[..<count]
        if let stop = bytes.firstIndex(of: newline) { return received + bytes[..<stop] }
        received.append(contentsOf: bytes)
        if received.count > ControlLimits.reply { throw SystemError("read", number: EMSGSIZE) }
      }
    }
  }

  private static func wait(
    for connection: borrowing Descriptor, _ readiness: Poll.Readiness, until end: Int64
  ) throws(SystemError) {
    let left = (end - SystemClock.monotonicNanoseconds + 999_999) / 1_000_000
    guard left > 0 else { throw SystemError("poll", number: ETIMEDOUT) }
    _ = try Poll.wait(for: connection.number, readiness, milliseconds: Int32(clamping: left))
  }
}
