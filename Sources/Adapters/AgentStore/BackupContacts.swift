import AgentCore
import LinuxSystem
import One4AllProtocol

/// First contacts that the plain backup tells. A store that was lost or damaged may know of none, and would then take what
/// a reader has begun before for no business of this agent: passings that were never sent among it.
enum BackupContacts {
  /// A backup whose newest file is further from now is of another event. Names are local times.
  private static let present: Int64 = 36 * 3_600_000

  /// The first file of the present event, by serial number.
  /// - Parameter folder: the folder of all backups; one that is not there tells nothing.
  static func read(_ folder: String, now: WallTime) -> [String: String] {
    var first: [String: String] = [:]
    // Names that had to be escaped are not read back.
    for serialNumber in list(folder) where BackupName.safe(serialNumber) == serialNumber {
      let names = list("\(folder)/\(serialNumber)").compactMap(SessionFileName.init)
      guard let newest = names.max()?.openedAt.millisecondsSince1970, abs(newest - now.milliseconds) < present
      else { continue }
      first[serialNumber] =
        names.filter {
          .milliseconds(newest - $0.openedAt.millisecondsSince1970) <= PresentFiles.span
        }.min()?.text
    }
    return first
  }

  private static func list(_ folder: String) -> [String] {
    do throws(SystemError) { return try Files.list(folder) } catch { return [] }
  }
}

extension AgentDatabase {
  /// Takes over the first contacts that the plain backup tells, where this store is new, or took the place of one that was
  /// damaged, and knows none of that reader.
  mutating func recallContacts(from directory: String) throws(StoreError) {
    let isNew = try passings.summaries().isEmpty
    guard isNew || setAside != nil else { return }
    let known = try passings.readers.all()
    let now = passings.now
    for (serialNumber, file) in BackupContacts.read("\(directory)/\(PassingBackup.folderName)", now: now)
    where known[serialNumber] == nil {
      try passings.readers.note(serialNumber, FirstContact(at: now, file: file))
    }
  }
}
