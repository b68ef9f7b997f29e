import JSONDocument

/// What the cloud has seen, bounded, the latest kept.
struct CloudLog: Sendable {
  /// One request and what became of it.
  struct Entry: Equatable, Sendable {
    let time: Int64
    let request: CloudRequest
    let route: CloudRoute?
    /// Nil when the connection was reset instead.
    let status: Int?

    var document: JSONValue {
      let body: JSONValue =
        switch request.body {
        case .none: nil
        case .document(let document): request.bodySize <= CloudLog.largestBody ? document : tooLarge
        case .unreadable: "(not JSON)"
        }
      return [
        "time": .string(CloudTime.text(time)), "method": .string(request.method),
        "path": .string(request.target), "route": .text(route?.rawValue), "status": .whole(status),
        "body": body,
      ]
    }

    private var tooLarge: JSONValue { .string("(\(request.bodySize) bytes)") }
  }

  /// Something that no good client does.
  struct Misuse: Equatable, Sendable {
    /// What sort of thing.
    enum Kind: String, Sendable {
      /// A parameter, a field, a path or the body is not as it must be.
      case malformed
      /// last_seen is earlier than one that was reported before.
      case wentBack = "last_seen-went-back"
      /// last_seen lies in the future.
      case future = "last_seen-in-the-future"
      /// One reader's identity sent under the device of another.
      case otherReader = "other-reader"
      /// The same num_passing again with other content.
      case changedPassing = "changed-passing"
    }

    let time: Int64
    let kind: Kind
    let method: String
    let path: String
    let reason: String

    var document: JSONValue {
      [
        "time": .string(CloudTime.text(time)), "kind": .string(kind.rawValue), "method": .string(method),
        "path": .string(path), "reason": .string(reason),
      ]
    }
  }

  /// Bodies above so many bytes are not kept.
  static let largestBody = 16_384
  private static let mostEntries = 2000

  private(set) var entries: [Entry] = []
  private(set) var misuses: [Misuse] = []
  private(set) var entryCount = 0
  private(set) var misuseCount = 0

  mutating func note(_ entry: Entry) {
    var entry = entry
    if entry.request.bodySize > CloudLog.largestBody, case .document = entry.request.body {
      entry = Entry(
        time: entry.time, request: entry.request.withoutDocument, route: entry.route, status: entry.status)
    }
    entryCount += 1
    entries.append(entry)
    if entries.count >= 2 * CloudLog.mostEntries { entries.removeFirst(CloudLog.mostEntries) }
  }

  mutating func note(_ misuse: Misuse) {
    misuseCount += 1
    misuses.append(misuse)
    if misuses.count >= 2 * CloudLog.mostEntries { misuses.removeFirst(CloudLog.mostEntries) }
  }

  mutating func clearEntries() {
    entries = []
    entryCount = 0
  }

  mutating func clearMisuses() {
    misuses = []
    misuseCount = 0
  }

  /// How many there were and the last of them.
  func requests(last count: Int) -> JSONValue {
    ["count": .whole(entryCount), "entries": .array(entries.suffix(count).map(\.document))]
  }

  /// How often it was misused and the last cases.
  var misuse: JSONValue {
    ["count": .whole(misuseCount), "entries": .array(misuses.suffix(CloudLog.mostEntries).map(\.document))]
  }
}

extension CloudRequest {
  fileprivate var withoutDocument: CloudRequest {
    var copy = self
    copy.body = .document(nil)
    return copy
  }
}
