import One4AllProtocol

/// Files that the reader lists and that are not fetched: no command can name them, or the list is too long for them.
struct LeftOutFiles: Equatable, Sendable {
  /// So many names are kept, to be shown.
  private static let shown = 5
  private static let longestShown = 40

  /// How many names are none of a session file.
  private var count = 0
  /// The first of them.
  private var first: [String] = []
  /// Files behind the end of what fits of the list.
  private var isCut = false

  /// None.
  init() {}

  /// What a list leaves out.
  init(_ list: SessionFileList) {
    count = list.otherNames.count
    first = list.otherNames.prefix(Self.shown).map { String($0.prefix(Self.longestShown)) }
    isCut = list.isCut
  }

  var isEmpty: Bool { count == 0 && !isCut }

  /// Those with odd names, for a person; nil when there are none.
  var oddNames: String? {
    guard count > 0 else { return nil }
    let names = first.joined(separator: ", ") + (count > first.count ? ", …" : "")
    return count == 1
      ? "the reader lists a file that is not fetched, as its name is none of a session file: \(names)"
      : "the reader lists \(count) files that are not fetched, as their names are none of session files: \(names)"
  }

  /// Those that do not fit in a list, for a person; nil when all do.
  var cut: String? {
    isCut
      ? "the reader's list of files is longer than \(Framer.maximumReplyLength / 1024) KiB: those behind are not fetched"
      : nil
  }
}
