import AgentCore
import LinuxSystem

/// Everything that the store's thread works with. What is answered is on disk.
struct StoreKeeper: ~Copyable {
  /// About so many rows are changed in one transaction: enough that its wait for the disk does not count, little enough
  /// that the log stays small.
  private static let transactionWeight = 4096

  var database: AgentDatabase
  /// What is to be told without having been asked.
  var notices: [StoreNotice] = []

  init(_ database: consuming AgentDatabase) { self.database = database }

  /// Does all of that, as many together in one transaction as is safe, and answers each. Where a transaction of several
  /// fails, each is tried alone: one that cannot be done must not stop the others.
  mutating func perform(_ work: [StoreWork]) -> [StoreAnswer] {
    var answers: [StoreAnswer] = []
    answers.reserveCapacity(work.count)
    var rest = work[...]
    while let first = rest.first {
      var weight = first.weight
      var end = rest.startIndex + 1
      while end < rest.endIndex, weight + rest[end].weight <= StoreKeeper.transactionWeight {
        weight += rest[end].weight
        end += 1
      }
      answers += perform(together: Array(rest[..<end]))
      rest = rest[end...]
    }
    return answers
  }

  /// What was to be told; it is told once.
  mutating func takeNotices() -> [StoreNotice] {
    defer { notices = [] }
    return notices
  }

  private mutating func perform(together work: [StoreWork]) -> [StoreAnswer] {
    do throws(StoreError) { return try database.perform(work) } catch {
      if work.count == 1 { return [.failed(work[0], error.failure)] }
    }
    var answers: [StoreAnswer] = []
    for one in work {
      do throws(StoreError) { answers += try database.perform([one]) } catch {
        answers.append(.failed(one, error.failure))
      }
    }
    return answers
  }
}
