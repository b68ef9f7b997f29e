import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol

/// The plain backup: of each session file one CSV in the reader's own format, frames as on the line, CR LF, in the order
/// they were committed. What is committed is added afterwards, and what is missing after a crash is added when the file
/// is written to again.
struct PassingBackup {
  /// Name of the folder of all backups, beside the database.
  static let folderName = "backup"
  private static let chunk = 5000

  let folder: String
  private let settings: StoreSettings
  /// Files that are known to hold all that is stored.
  private var complete: Set<FileKey> = []
  private var isFailing = false
  private var rotatedAt: Int64?

  init(directory: String, _ settings: StoreSettings) {
    folder = "\(directory)/\(PassingBackup.folderName)"
    self.settings = settings
  }

  /// Adds what a capture has committed.
  /// - Returns: what is to be told.
  mutating func add(
    _ passings: [KeptPassing], _ result: CaptureResult, from database: borrowing AgentDatabase
  )
    -> StoreNotice?
  {
    guard !result.added.isEmpty || !result.differences.isEmpty else { return nil }
    let key = result.summary.key
    do throws(StoreError) {
      try add(PassingBackup.lines(of: passings, result), key, from: database)
      rotateNowAndThen()
      defer { isFailing = false }
      return isFailing ? .backupWritten : nil
    } catch {
      complete.remove(key)
      defer { isFailing = true }
      return isFailing ? nil : .backupFailing(error.failure)
    }
  }

  /// To be called when passings were stored in another way.
  mutating func doubt() { complete = [] }

  /// The frames that are new, and those that stand corrected; of a number that came twice, the one that was kept.
  private static func lines(of passings: [KeptPassing], _ result: CaptureResult) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(passings.count * 52)
    var left = result.added
    for kept in passings where left.contains(kept.passing.number) {
      left.remove(kept.passing.number)
      append(kept.passing, to: &bytes)
    }
    for difference in result.differences {
      if let memory = difference.memory { append(memory, to: &bytes) }
    }
    return bytes
  }

  private static func append(_ passing: Passing, to bytes: inout [UInt8]) {
    passing.encode(into: &bytes)
    bytes.append(0x0D)
    bytes.append(0x0A)
  }

  private mutating func add(_ lines: [UInt8], _ key: FileKey, from database: borrowing AgentDatabase)
    throws(StoreError)
  {
    let path = "\(folder)/\(BackupName.path(of: key))"
    let file: BackupFile
    do throws(SystemError) { file = try BackupFile(path) } catch { throw .system(error) }
    if complete.contains(key), file.size > 0 {
      do { try file.append(lines) } catch { throw .system(error) }
    } else {
      try fill(file, key, from: database)
      complete.insert(key)
    }
  }

  /// Adds everything that is stored and is not in the file.
  private func fill(_ file: borrowing BackupFile, _ key: FileKey, from database: borrowing AgentDatabase)
    throws(StoreError)
  {
    guard let stored = try database.passings.files.find(key) else { return }
    var missing = try database.passings.spans.stored(stored.id)
    do throws(SystemError) { missing.subtract(try file.numbers()) } catch { throw .system(error) }
    var lines: [UInt8] = []
    while let range = missing.firstRun(limit: PassingBackup.chunk) {
      missing.remove(range)
      try database.passings.rows.rows(stored.id, range) { PassingBackup.append($0.passing, to: &lines) }
      guard lines.count > 1 << 18 || missing.isEmpty else { continue }
      do throws(SystemError) { try file.append(lines) } catch { throw .system(error) }
      lines.removeAll(keepingCapacity: true)
    }
  }

  private mutating func rotateNowAndThen() {
    let now = SystemClock.monotonicNanoseconds
    if let rotatedAt, now - rotatedAt < 600_000_000_000 { return }
    rotatedAt = now
    let seconds = SystemClock.isSynchronised ? SystemClock.wallMilliseconds / 1000 : nil
    BackupRotation.run(folder, settings, nowSeconds: seconds)
  }
}
