import LinuxSystem
import Rehearsal

/// What happened on the line to the simulated reader.
enum EndpointEvent {
  case connected(Int)
  case received(Int, [UInt8])
  case disconnected(Int)
}

/// Where hosts reach the simulated reader. A poll loop calls it; it has no thread. Times are nanoseconds of a
/// clock that never steps.
protocol ReaderEndpoint: AnyObject {
  /// Where it is reached, for a person.
  var address: String { get }
  /// Pushed frames that the line was too slow for.
  var overrun: Int { get }
  /// When `serve` and `flush` want to be called; nil when only a descriptor can wake them.
  func nextDeadline(at now: Int64) -> Int64?
  /// Pulls the cable and puts it back, ends connections when the reader goes dead.
  /// - Returns: the connections that ended by that.
  func follow(isPlugged: Bool, isRunning: Bool) throws(SystemError) -> [Int]
  /// Adds its descriptors to a wait.
  func register(in poll: inout Poll, at now: Int64)
  /// What has happened.
  func serve(after poll: borrowing Poll) throws(SystemError) -> [EndpointEvent]
  /// Takes bytes to be sent.
  func send(_ transmission: ReaderTransmission)
  /// Sends what the line has room for.
  func flush(at now: Int64)
}

extension ReaderEndpoint {
  /// Most bytes that may wait when another pushed frame comes: a reader has no endless buffer either.
  static var mostWaiting: Int { 1 << 20 }
}

/// Everything that can be read from a descriptor now.
struct Inflow {
  var bytes: [UInt8] = []
  /// The other end is gone.
  var hasEnded = false

  init(from descriptor: borrowing Descriptor) {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 16 {
      let transfer = chunk.withUnsafeMutableBytes { buffer in try? descriptor.read(into: buffer) }
      switch transfer {
      case .bytes(let count): bytes += chunk[..<count]
      case .wouldBlock: return
      case .end, nil:
        hasEnded = true
        return
      }
    }
  }
}
