import One4AllProtocol

/// What the reader's lists of files say, one after another, until two say the same: the line may damage a name, turn it into
/// that of another file, or hide it.
struct FileListings: Sendable {
  /// How many lists came.
  private(set) var count = 0
  private var names: Set<SessionFileName> = []
  private var leftOut = LeftOutFiles()
  /// Names of all lists, and those that more than one had.
  private var once: Set<SessionFileName> = []
  private var twice: Set<SessionFileName> = []

  /// A list has come.
  /// - Returns: whether it says the same as the one before it.
  mutating func add(_ list: SessionFileList) -> Bool {
    let new = Set(list.files)
    let leftOut = LeftOutFiles(list)
    let isSame = count > 0 && new == names && leftOut == self.leftOut
    count += 1
    twice.formUnion(once.intersection(new))
    once.formUnion(new)
    (names, self.leftOut) = (new, leftOut)
    return isSame
  }

  /// The names that came more than once, in order.
  var sure: [SessionFileName] { twice.sorted() }
}
