import AgentCore

/// A world in which time goes from one deadline to the next.
protocol SteppedWorld: AnyObject {
  /// Milliseconds since the world began.
  var elapsed: Int64 { get set }
  /// When something happens next; nil when nothing does any more.
  var nextDue: Int64? { get }
  /// Does all that is due.
  func turn()
  /// What explains that a core wants to be called again and again.
  var standing: String { get }
}

extension SteppedWorld {
  /// Lets so many seconds pass.
  func pass(seconds: Double) {
    let end = elapsed + Int64(seconds * 1000)
    var turns = 0
    turn()
    while let due = nextDue, due <= end {
      turns = due > elapsed ? 0 : turns + 1
      // A core that wants to be called and then does nothing would keep a processor busy.
      precondition(turns < 1000, "time stands still at \(elapsed): \(standing)")
      elapsed = max(elapsed, due)
      turn()
    }
    elapsed = end
    turn()
  }

  /// Lets time pass until something is so.
  /// - Returns: whether it came true in time.
  func pass(atMost seconds: Double, until condition: (Self) -> Bool) -> Bool {
    let end = elapsed + Int64(seconds * 1000)
    while elapsed < end {
      if condition(self) { return true }
      pass(seconds: 0.05)
    }
    return condition(self)
  }
}

extension MonotonicTime {
  /// In a stepped world: not before this, in whole milliseconds since it began.
  var steps: Int64 { (nanoseconds + 999_999) / 1_000_000 }
}

extension Moment {
  /// In a stepped world.
  /// - Parameter wall: what the host's clock shows, milliseconds since 1970.
  init(elapsed: Int64, wall: Int64, isKernelSynchronised: Bool = true) {
    self.init(
      monotonic: MonotonicTime(nanoseconds: elapsed * 1_000_000), wall: WallTime(milliseconds: wall),
      kernelSynchronised: isKernelSynchronised)
  }
}

/// Events on their way in a stepped world.
struct EventsUnderWay<Event> {
  private var events: [(at: Int64, event: Event)] = []

  /// When the first of them arrives.
  var nextDue: Int64? { events.map(\.at).min() }

  mutating func add(_ event: Event, at time: Int64) { events.append((time, event)) }

  /// Takes those that have arrived by then, in the order in which they were sent.
  mutating func take(until time: Int64) -> [Event] {
    defer { events.removeAll { $0.at <= time } }
    return events.filter { $0.at <= time }.map(\.event)
  }

  mutating func removeAll(where isGone: (Event) -> Bool = { _ in true }) {
    events.removeAll { isGone($0.event) }
  }
}

extension StoreFailure {
  static let diskFull = StoreFailure(operation: "commit", number: 13, description: "the disk is full")
}
