public import JSONDocument

/// Long work that a person has asked for: sending a time range again, comparing a file, importing one. It goes on when
/// the one who asked goes away; its progress is asked for by its number.
public struct WorkList: Sendable {
  /// One piece of work.
  public struct Work: Equatable, Sendable {
    /// How it stands.
    public enum State: String, Sendable {
      /// Under way.
      case running
      /// Done.
      case done
      /// It came to an end without being done; `message` says why.
      case failed
    }

    /// Names it.
    public let number: Int
    /// What it is: `rewind`, `audit`, `cloud-audit`, `release`, `reader-command`.
    public let kind: String
    /// How it stands.
    public var state = State.running
    /// How much is done, in passings.
    public var done = 0
    /// How much there is, in passings; nil when that is not known yet.
    public var total: Int?
    /// What came of it, or where it is, for a person.
    public var message = ""
  }

  /// So many pieces of work that have ended are remembered.
  public static let memory = 32

  private var works: [Work] = []
  private var lastNumber = 0

  /// No work.
  public init() {}

  /// Begins a piece of work.
  /// - Returns: its number.
  public mutating func begin(_ kind: String, total: Int? = nil, message: String = "") -> Int {
    lastNumber += 1
    works.append(Work(number: lastNumber, kind: kind, total: total, message: message))
    while works.filter({ $0.state != .running }).count > WorkList.memory,
      let oldest = works.firstIndex(where: { $0.state != .running })
    {
      works.remove(at: oldest)
    }
    return lastNumber
  }

  /// Changes a piece of work that is remembered.
  public mutating func update(_ number: Int, _ change: (inout Work) -> Void) {
    guard let place = works.firstIndex(where: { $0.number == number }) else { return }
    change(&works[place])
  }

  /// Ends a piece of work.
  public mutating func end(_ number: Int, _ state: Work.State, _ message: String) {
    update(number) {
      $0.state = state
      $0.message = message
      if state == .done { $0.done = $0.total ?? $0.done }
    }
  }

  /// The work of that number; nil when there is none, or it ended long ago.
  public subscript(number: Int) -> Work? { works.first { $0.number == number } }
}

extension WorkList.Work {
  /// As the control socket tells it.
  public var document: JSONValue {
    [
      "work": .integer(Int64(number)), "kind": .string(kind), "state": .string(state.rawValue),
      "done": .integer(Int64(done)), "total": .whole(total), "message": .string(message),
    ]
  }
}
