import AgentCore
import Glibc

/// What a long run did, to hold two versions of the core against each other: with `ONE4ALL_WILD_RECORD=FILE` each run adds
/// a line to that file. `scripts/wild` makes such files and compares them.
///
/// A line has the run's name and seed, a hash of each stream (journal, commands to the reader, requests to the cloud and to
/// the store, with times where the world keeps them), and how often each kind of thing stands in them.
struct WildRecord {
  /// A world whose streams can be recorded.
  protocol World {
    var log: [LogEntry] { get }
    var commandsSent: [String] { get }
    var cloudRequests: [AgentCore.CloudRequest] { get }
    var storeWrites: [String] { get }
  }

  private static let path = getenv("ONE4ALL_WILD_RECORD").map { String(cString: $0) }

  private var counts: [String: Int] = [:]
  private var hashes: [String] = []

  /// Adds a line about a run that has ended; does nothing when no record is wanted.
  static func note(_ name: String, seed: UInt64, _ world: some World) {
    guard let path else { return }
    var record = WildRecord()
    record.add("journal", world.log) {
      "\($0.event.rawValue)"
    } text: { entry in
      let fields = entry.fields.map { "\($0.key.rawValue)=\($0.value)" }.sorted().joined(separator: " ")
      return "\(entry.event.rawValue) \(entry.priority) \(entry.message) \(fields)"
    }
    record.add("reader", world.commandsSent) {
      kind(of: $0, upTo: [";", " "])
    } text: {
      $0
    }
    record.add("cloud", world.cloudRequests) { request in
      let route = request.path.split(separator: "?")[0].split(separator: "/").filter { part in
        part.allSatisfy { $0.isLetter && $0.isLowercase || $0 == "-" }
      }
      return "\(request.method.rawValue):/\(route.joined(separator: "/"))"
    } text: {
      "\($0.method) \($0.path) \(String(describing: $0.body))"
    }
    record.add("store", world.storeWrites) {
      kind(of: $0, upTo: ["("])
    } text: {
      $0
    }
    let sums = record.counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    append(
      "\(name) \(seed) \(record.hashes.joined(separator: " ")) \(sums.joined(separator: " "))\n", to: path)
  }

  private mutating func add<Item>(
    _ stream: String, _ items: [Item], kind: (Item) -> String, text: (Item) -> String
  ) {
    // FNV-1a, which gives the same in every process.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for item in items {
      counts["\(stream):\(kind(item))", default: 0] += 1
      for byte in text(item).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 10) &* 0x100_0000_01b3
    }
    hashes.append("\(stream)#\(String(hash, radix: 16))")
  }

  private static func kind(of text: String, upTo ends: Set<Character>) -> String {
    String(text.prefix { !ends.contains($0) })
  }

  private static func append(_ line: String, to path: String) {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    precondition(file >= 0, "\(path) cannot be written")
    // One write, so that runs beside each other do not mix their lines.
    let bytes = Array(line.utf8)
    precondition(write(file, bytes, bytes.count) == bytes.count, "\(path) cannot be written")
    close(file)
  }
}

extension World: WildRecord.World {
  var commandsSent: [String] { commands.map { "\($0.text) \($0.at)" } }
  var cloudRequests: [AgentCore.CloudRequest] { requests.map(\.request) }
  var storeWrites: [String] { keepRequests.map { "\($0)" } }
}

extension CaptureWorld: WildRecord.World {
  var commandsSent: [String] { commands.map { "\($0.text) \($0.at)" } }
  var cloudRequests: [AgentCore.CloudRequest] { [] }
  var storeWrites: [String] { requests.map { "\($0)" } }
}

extension ForwardWorld: WildRecord.World {
  var commandsSent: [String] { [] }
  var cloudRequests: [AgentCore.CloudRequest] { requests.map(\.request) }
  var storeWrites: [String] { storeRequests.map { "\($0)" } }
}
