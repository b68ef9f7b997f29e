import AgentCore
import AgentStore

/// What the daemon has on the disk, read beside it.
final class StoreWatcher {
  /// Passings of all session files: how many are committed, and how many of them are acknowledged.
  struct Counts {
    var stored = 0
    var acknowledged = 0
  }

  /// What a look has shown, and when, in monotonic nanoseconds.
  struct Look {
    let time: Int64
    let counts: Counts
  }

  private let view: PassingView

  init(_ agent: RehearsedAgent) throws(BenchmarkError) {
    do throws(StoreError) {
      view = try PassingView(directory: agent.storeFolder, cloud: agent.cloudAddress)
    } catch { throw .store(error) }
  }

  func counts() -> Counts {
    var counts = Counts()
    for file in (try? view.ledger()) ?? [] {
      counts.stored += file.summary.stored
      counts.acknowledged += file.summary.acknowledged
    }
    return counts
  }
}
