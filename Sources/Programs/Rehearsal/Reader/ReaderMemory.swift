/// The reader's session files.
struct ReaderMemory: Sendable {
  struct File: Sendable {
    let name: String
    var passings: [RecordedPassing] = []
    /// The moment of each by the reader's clock, in milliseconds since 1970-01-01T00:00:00Z: what its local time means.
    var moments: [Int64] = []
    /// When each was recorded, milliseconds of true time.
    var recordedAt: [Int64] = []

    /// The file as it stood then.
    func asOf(_ milliseconds: Int64) -> File {
      let later = recordedAt.reversed().prefix { $0 > milliseconds }.count
      guard later > 0 else { return self }
      var file = self
      file.passings.removeLast(later)
      file.moments.removeLast(later)
      file.recordedAt.removeLast(later)
      return file
    }

    /// The frames with those numbers, as far as there are any.
    func frames(_ numbers: ClosedRange<Int>) -> [String] {
      let present = numbers.clamped(to: 1...max(1, passings.count))
      guard numbers.overlaps(1...max(1, passings.count)), !passings.isEmpty else { return [] }
      return present.map { passings[$0 - 1].frame(number: $0) }
    }
  }

  private(set) var files: [File] = []
  private var currentIndex: Int?

  /// The file that passings go to, or went to last; nil after power-up.
  var current: File? { currentIndex.map { files[$0] } }

  func file(named name: String) -> File? { files.first { $0.name == name } }

  /// Opens a file named after the clock. Names have whole seconds: when that one is taken, the next free second
  /// gives the name.
  mutating func open(at localMilliseconds: Int64) -> String {
    var time = localMilliseconds
    while file(named: ReaderTime(time).fileName) != nil { time += 1000 }
    files.append(File(name: ReaderTime(time).fileName))
    currentIndex = files.count - 1
    return files[files.count - 1].name
  }

  /// Keeps a passing and gives its number; nil when no file is open.
  mutating func keep(_ passing: RecordedPassing, moment: Int64, at now: Int64) -> Int? {
    guard let currentIndex else { return nil }
    files[currentIndex].recordedAt.append(now)
    files[currentIndex].passings.append(passing)
    files[currentIndex].moments.append(moment)
    return files[currentIndex].passings.count
  }

  /// Forgets which file was open, as at power-up.
  mutating func restart() { currentIndex = nil }

  mutating func clear() { self = ReaderMemory() }
}
