import One4AllProtocol

/// What a person has asked for and that is under way, by what names it in the answer that ends it. Each is a number of the
/// work list.
struct Wishes: Sendable {
  /// Comparisons with the reader's memory, by their file.
  var audits: [FileKey: Int] = [:]
  /// Comparisons with the cloud, by their file.
  var cloudAudits: [FileKey: Int] = [:]
  /// Ranges that are sent again, in the order in which the store was asked.
  var rewinds: [Int] = []
  /// Commands that the reader has been told and has not answered yet, by their work.
  var told: [Int: Command] = [:]
}
