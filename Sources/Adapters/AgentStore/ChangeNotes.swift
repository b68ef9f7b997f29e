import AgentCore

/// What a request has done to what followers see: the tables note it here as they change, and the request's end takes it
/// (`PassingStore.save`).
///
/// Seen is a passing in one of `SpanKind.seen`. One that is taken out of them and put in again within a request has not
/// changed.
final class ChangeNotes {
  struct OfFile {
    /// Seen now, and not before.
    var appeared = NumberSet()
    /// Seen before, and not now.
    var disappeared = NumberSet()
    /// Their rows were written anew.
    var rewritten = NumberSet()
    /// Lost now, and not before; and the other way round.
    var lost = NumberSet()
    var found = NumberSet()
  }

  private var files: [Int64: OfFile] = [:]

  /// Numbers were put into a kind, in which they were not.
  func added(_ numbers: ClosedRange<UInt32>, _ kind: SpanKind, _ file: Int64) {
    if kind == .lost {
      ChangeNotes.move(numbers, from: \.found, to: \.lost, of: &files[file, default: OfFile()])
    } else if SpanKind.seen.contains(kind) {
      ChangeNotes.move(numbers, from: \.disappeared, to: \.appeared, of: &files[file, default: OfFile()])
    }
  }

  /// Numbers were taken out of a kind.
  func taken(_ numbers: ClosedRange<UInt32>, _ kind: SpanKind, _ file: Int64) {
    if kind == .lost {
      ChangeNotes.move(numbers, from: \.lost, to: \.found, of: &files[file, default: OfFile()])
    } else if SpanKind.seen.contains(kind) {
      ChangeNotes.move(numbers, from: \.appeared, to: \.disappeared, of: &files[file, default: OfFile()])
    }
  }

  /// A row has become another one.
  func rewritten(_ number: UInt32, _ file: Int64) {
    files[file, default: OfFile()].rewritten.insert(number...number)
  }

  /// What was noted of a file; it is noted no more.
  func take(_ file: Int64) -> OfFile? { files.removeValue(forKey: file) }

  /// The transaction was rolled back.
  func forgetAll() { files = [:] }

  private static func move(
    _ numbers: ClosedRange<UInt32>, from: WritableKeyPath<OfFile, NumberSet>,
    to: WritableKeyPath<OfFile, NumberSet>, of noted: inout OfFile
  ) {
    let numbers = NumberSet(numbers)
    let back = noted[keyPath: from].intersection(numbers)
    noted[keyPath: from].subtract(back)
    noted[keyPath: to].formUnion(numbers.subtracting(back))
  }
}
