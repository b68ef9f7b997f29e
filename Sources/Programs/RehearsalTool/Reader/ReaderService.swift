import JSONDocument
import JSONText
import LinuxSystem
import Rehearsal
import ZoneDatabase

/// A simulated reader on its line, served by one poll loop.
final class ReaderService {
  /// Where hosts reach it.
  enum Line: Equatable {
    case pseudoTerminal(link: String)
    case tcp(port: UInt16)
  }

  /// The orders that it takes, for the help.
  static var commands: [(syntax: String, meaning: String)] {
    ReaderOrder.commands + [("help", "this list")]
  }

  private let endpoint: any ReaderEndpoint
  private var reader: SimulatedReader
  private let log: ReaderLog?
  private var channel: ControlChannel?
  private var script: ReaderScript
  private let wallStart = SystemClock.wallMilliseconds
  private let start = SystemClock.monotonicNanoseconds
  private var connections = 0

  /// A reader that can be connected to from now on; `run` serves it.
  /// - Parameters:
  ///   - baud: bits a second that the line carries; nil for no limit.
  ///   - control: path of a socket that takes orders.
  ///   - script: orders to begin with.
  ///   - log: takes lines about what happens.
  init(
    _ settings: ReaderSettings, on line: Line, baud: Int? = nil, control: String? = nil,
    script: ReaderScript = ReaderScript(), log: (@Sendable (String) -> Void)? = nil
  ) throws(SystemError) {
    switch line {
    case .pseudoTerminal(let link): endpoint = try PseudoTerminalEndpoint(link: link, baud: baud)
    case .tcp(let port): endpoint = try TCPEndpoint(port: port, baud: baud)
    }
    reader = SimulatedReader(settings, at: wallStart)
    if let control { channel = try ControlChannel(path: control) }
    self.script = script
    self.log = log.map { ReaderLog($0) }
  }

  /// The zone database in the words of the simulated reader.
  static let localClock: @Sendable (Int64, String) -> Int64? = { milliseconds, zone in
    ZoneDatabase.local(utc: milliseconds, zone: zone)
  }

  /// Where it is reached.
  var address: String { endpoint.address }

  /// Serves until a descriptor becomes readable.
  func run(until stop: Int32) throws(SystemError) {
    var poll = Poll()
    while true {
      let nanoseconds = SystemClock.monotonicNanoseconds
      dispatch(reader.advance(to: now))
      if let order = script.next(at: now) {
        let answer = tell(order)
        log?.note("--then \(order): \(answer)")
        continue
      }
      try follow()
      endpoint.flush(at: nanoseconds)
      poll.removeAll()
      poll.add(stop, .read)
      channel?.register(in: &poll)
      endpoint.register(in: &poll, at: nanoseconds)
      try poll.wait(milliseconds: timeout(nanoseconds))
      if !poll.readiness(at: 0).isEmpty { return }
      channel?.serve(after: poll) { command in tell(command) }
      for event in try endpoint.serve(after: poll) { handle(event) }
    }
  }

  /// Does what an order says and words the answer.
  func tell(_ command: String) -> String {
    if command.split(separator: " ") == ["help"] {
      return ReaderService.commands.map { "\($0.syntax): \($0.meaning)" }.joined(separator: "\n")
    }
    do throws(ReaderOrderError) {
      let order = try ReaderOrder(command)
      let (answer, transmissions) = reader.obey(order, at: now)
      dispatch(transmissions)
      if let failure = pullOrPutBack() { return ControlChannel.refusal("\(failure)") }
      switch answer {
      case .done(let text): return text
      case .refused(let reason): return ControlChannel.refusal(reason)
      case .document(var document):
        if order == .count, var object = document.object {
          object.append("overrun", .whole(endpoint.overrun))
          object.append("connections", .whole(connections))
          document = .object(object)
        }
        return JSONText.write(document)
      }
    } catch {
      return ControlChannel.refusal(error.description)
    }
  }

  /// The host's time, which does not step while this runs.
  private var now: Int64 { wallStart + (SystemClock.monotonicNanoseconds - start) / 1_000_000 }

  /// Brings the line in step before the answer says that it is; when the cable cannot be put back, it stays out.
  private func pullOrPutBack() -> SystemError? {
    do throws(SystemError) {
      try follow()
      return nil
    } catch {
      _ = reader.obey(.plug(false), at: now)
      return error
    }
  }

  private func follow() throws(SystemError) {
    let ended = try endpoint.follow(isPlugged: reader.isPlugged, isRunning: reader.isRunning)
    for connection in ended { handle(.disconnected(connection)) }
  }

  private func handle(_ event: EndpointEvent) {
    log?.write(event)
    switch event {
    case .connected(let connection):
      connections += 1
      dispatch(reader.connected(connection, at: now))
    case .received(let connection, let bytes):
      dispatch(reader.received(bytes, from: connection, at: now))
    case .disconnected(let connection):
      connections -= 1
      reader.disconnected(connection)
    }
  }

  private func dispatch(_ transmissions: [ReaderTransmission]) {
    for transmission in transmissions {
      log?.write(transmission)
      endpoint.send(transmission)
    }
  }

  /// Milliseconds to the next thing to do, rounded up; -1 for none in sight.
  private func timeout(_ nanoseconds: Int64) -> Int32 {
    let soon = [reader.nextDeadline, script.nextDeadline].compactMap { $0 }.map { max(0, $0 - now) }
    let line = endpoint.nextDeadline(at: nanoseconds).map { max(0, ($0 - nanoseconds + 999_999) / 1_000_000) }
    return (soon + [line].compactMap { $0 }).min().map { Int32(clamping: $0) } ?? -1
  }
}
