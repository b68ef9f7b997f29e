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
  /// Most bytes that may wait when another pushed frame comes, or when a host is listened to: a reader has no
  /// endless buffer either.
  static var mostWaiting: Int { 1 << 20 }
}

/// What can be read from a descriptor at once. It is little, so that a host that asks for long lists and hears none
/// is noticed after a few of them.
struct Inflow {
  var bytes: [UInt8] = []
  /// The other end is gone.
  var hasEnded = false

  init(from descriptor: borrowing Descriptor) {
    var chunk = [UInt8](repeating: 0, count: 512)
    let transfer = chunk.withUnsafeMutableBytes { buffer in try? descriptor.read(into: buffer) }
    switch transfer {
    case .bytes(let count): bytes = Array(chunk[..<count])
    case .wouldBlock: break
    case .end, nil: hasEnded = true
    }
  }
}

extension Poll.Readiness {
  /// Whether reading brings something: bytes, or the end.
  var wantsReading: Bool { !subtracting(.write).isEmpty }
}
