import JSONDocument
import Rehearsal
import Testing

/// A simulated reader with one host and a clock that a test turns.
struct ReaderRig {
  /// 2019-11-17T19:17:17Z, which is 13:17:17 in Mexico City.
  static let start: Int64 = 1_574_018_237_000

  /// Six hours west of UTC in every zone but `Nowhere`, which does not exist.
  static let settings = ReaderSettings { milliseconds, zone in
    zone == "Nowhere" ? nil : milliseconds - 6 * 3_600_000
  }

  var reader: SimulatedReader
  var now = ReaderRig.start
  /// What the reader has said on connecting.
  let greeting: String

  init(_ change: (inout ReaderSettings) -> Void = { _ in }) {
    var settings = ReaderRig.settings
    change(&settings)
    reader = SimulatedReader(settings, at: now)
    greeting = ReaderRig.text(reader.connected(1, at: now))
  }

  /// Sends a command and gives what came back, in one piece.
  mutating func say(_ command: String, on connection: Int = 1) -> String {
    ReaderRig.text(reader.received(Array("\(command)\r\n".utf8), from: connection, at: now), to: connection)
  }

  /// Gives an order and wants it done.
  @discardableResult
  mutating func order(_ command: String) throws -> String {
    let (answer, transmissions) = reader.obey(try ReaderOrder(command), at: now)
    sent += transmissions
    switch answer {
    case .done(let text): return text
    case .refused(let reason): return "refused: \(reason)"
    case .document: return ""
    }
  }

  /// What left because of orders.
  var sent: [ReaderTransmission] = []

  /// The JSON that an order answers.
  mutating func document(_ command: String) throws -> JSONValue {
    guard case .document(let document) = reader.obey(try ReaderOrder(command), at: now).answer else {
      Issue.record("\(command) answers no JSON")
      return nil
    }
    return document
  }

  /// Lets time pass and gives what the reader said meanwhile.
  mutating func wait(_ seconds: Double) -> [ReaderTransmission] {
    now += Int64(seconds * 1000)
    return reader.advance(to: now)
  }

  static func text(_ transmissions: [ReaderTransmission], to connection: Int = 1) -> String {
    String(decoding: transmissions.filter { $0.connection == connection }.flatMap(\.bytes), as: UTF8.self)
  }
}
