import AgentCore
import LinuxSystem

/// Everything that the store's thread works with. What is answered is on disk.
struct StoreKeeper: ~Copyable {
  /// About so many rows are changed in one transaction: enough that its wait for the disk does not count, little enough
  /// that the log stays small.
  private static let transactionWeight = 4096

  /// Nil while no database can be opened, after one was set aside.
  private(set) var database: AgentDatabase?
  /// Where the former database was put because it was damaged; nil when none was since the start.
  private(set) var setAside: String?
  private let directory: String
  private let lock: StoreLock
  private let options: StoreOptions
  private var cloud: String?
  private var room: RoomKeeper
  private var backup: PassingBackup?
  private var check: RowCheck?
  private var salvage: Salvage?
  /// When a damaged database that could not be read is tried again.
  private var salvageAgainAt: Int64 = 0
  /// Why the database was set aside that no new one has taken the place of yet.
  private var damage: String?
  /// What is to be told without having been asked.
  private var notices: [StoreNotice] = []

  init(directory: String, options: StoreOptions) throws(StoreError) {
    do { try Files.makeFolder(directory, mode: 0o750) } catch { throw .system(error) }
    let lock = try StoreLock("\(directory)/\(AgentDatabase.lockName)")
    var database = try AgentDatabase.open(directory: directory, busyTimeout: options.busyTimeout, lock: lock)
    database.passings.zoneLookup = options.zones
    salvage = try StoreKeeper.beginSalvage(into: &database)
    salvageAgainAt = SystemClock.monotonicNanoseconds + StoreKeeper.salvagePause
    check = database.isUnchecked ? RowCheck() : nil
    setAside = database.setAside
    self.database = consume database
    self.directory = directory
    self.lock = lock
    self.options = options
    backup = options.settings.backup ? PassingBackup(directory: directory, options.settings) : nil
    let freeBytes = options.freeBytes
    room = RoomKeeper(minimum: options.settings.minFree) { freeBytes(directory) }
  }

  /// What was to be told; it is told once.
  mutating func takeNotices() -> [StoreNotice] {
    defer { notices = [] }
    return notices
  }

  /// As `AgentDatabase.snapshot`; nil when there is no database.
  mutating func snapshot(cloud: String) throws(StoreError) -> StoreSnapshot? {
    guard let snapshot = try database?.snapshot(cloud: cloud) else { return nil }
    self.cloud = cloud
    return snapshot
  }

  // MARK: Work

  /// Does all of that, as many together in one transaction as is safe, and answers each. Where a transaction of several
  /// fails, each is tried alone: one that cannot be done must not stop the others.
  mutating func perform(_ work: [StoreWork]) -> [StoreAnswer] {
    if database == nil { reopen() }
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
      let together = Array(rest[..<end])
      let done = perform(together: together)
      writeBackup(together, done)
      answers += done
      if together.contains(where: \.isWriting) { room.note(rows: weight) }
      rest = rest[end...]
    }
    return answers
  }

  private mutating func writeBackup(_ work: [StoreWork], _ answers: [StoreAnswer]) {
    guard backup != nil, let open = database.take() else { return }
    for (work, answer) in zip(work, answers) {
      guard case .passings(.capture(_, let passings)) = work, case .passings(.captured(let result)) = answer
      else {
        continue
      }
      if let notice = backup?.add(passings, result, from: open) { notices.append(notice) }
    }
    database = consume open
  }

  private mutating func perform(together work: [StoreWork]) -> [StoreAnswer] {
    do throws(StoreError) { return try attempt(work) } catch {
      if work.count == 1, !recover(from: error) { return work.map { .failed($0, error.failure) } }
    }
    var answers: [StoreAnswer] = []
    for one in work {
      do throws(StoreError) { answers += try attempt([one]) } catch {
        guard recover(from: error) else {
          answers.append(.failed(one, error.failure))
          continue
        }
        do throws(StoreError) { answers += try attempt([one]) } catch {
          answers.append(.failed(one, error.failure))
        }
      }
    }
    return answers
  }

  private mutating func attempt(_ work: [StoreWork]) throws(StoreError) -> [StoreAnswer] {
    guard let answers = try database?.perform(work) else {
      throw .closed(path: "\(directory)/\(AgentDatabase.fileName)")
    }
    return answers
  }

  // MARK: Damage

  /// Sets the database aside if the error says that it is damaged, and goes on in a new one.
  /// - Returns: whether there is a new one.
  private mutating func recover(from error: StoreError) -> Bool {
    guard error.isDamage, let path = database?.path else { return false }
    // The log belongs to the damaged file: what stands in it may be all that can still be read.
    database?.connection.setKeepsLogOnClose(true)
    salvage = nil
    check = nil
    database = nil
    damage = "\(error)"
    do throws(StoreError) {
      setAside = try DamagedFile.setAside(path, at: WallTime(milliseconds: SystemClock.wallMilliseconds))
    } catch {
      // The opening finds the damage again.
      setAside = nil
    }
    reopen()
    return database != nil
  }

  private mutating func reopen() {
    do throws(StoreError) {
      var new = try AgentDatabase.open(directory: directory, busyTimeout: options.busyTimeout, lock: lock)
      new.passings.cloud = cloud
      new.passings.zoneLookup = options.zones
      setAside = setAside ?? new.setAside
      salvage = try StoreKeeper.beginSalvage(into: &new)
      // Told once a new one is in use: what was stored in the old one is not stored until it is brought over.
      if let setAside {
        notices.append(
          .setAside(
            path: setAside, reason: damage ?? "it was damaged when it was opened",
            try new.passings.summaries()))
      }
      damage = nil
      database = consume new
    } catch {
      // It is tried again with the next request, which fails until then.
    }
  }

  private static func beginSalvage(into database: inout AgentDatabase) throws(StoreError) -> Salvage? {
    while true {
      let pending = try Salvage.pending(in: database.connection)
      for name in pending {
        if let salvage = try Salvage.begin(name, into: &database) { return salvage }
      }
      // One that came to nothing may have named others.
      if try Salvage.pending(in: database.connection) == pending { return nil }
    }
  }

  /// How long a damaged database that cannot be read now is left alone, in nanoseconds.
  private static let salvagePause: Int64 = 60_000_000_000

  // MARK: Between requests

  /// Does a slice of what is to be done beside the requests.
  /// - Returns: milliseconds until there is more to do, at most; -1 for none.
  mutating func idle() -> Int32 {
    do throws(StoreError) { return try idleStep() } catch {
      _ = recover(from: error)
      // Whatever failed is tried again; at once only what is new.
      return error.isDamage ? 0 : 1000
    }
  }

  private mutating func idleStep() throws(StoreError) -> Int32 {
    guard var open = database.take() else { return 1000 }
    do throws(StoreError) {
      let pause = try idleStep(&open)
      database = consume open
      return pause
    } catch {
      database = consume open
      throw error
    }
  }

  private mutating func idleStep(_ open: inout AgentDatabase) throws(StoreError) -> Int32 {
    let now = SystemClock.monotonicNanoseconds
    if room.isDue(at: now) {
      let (more, notice) = try room.look(&open, at: now)
      if let notice { notices.append(notice) }
      if more { return 0 }
    }
    if let notice = try salvage?.step(into: &open) {
      notices.append(notice)
      backup?.doubt()
      salvage = nil
      salvage = try StoreKeeper.beginSalvage(into: &open)
    }
    if salvage == nil, now >= salvageAgainAt {
      salvageAgainAt = now + StoreKeeper.salvagePause
      salvage = try StoreKeeper.beginSalvage(into: &open)
    }
    if try check?.step(open) == false { check = nil }
    if salvage != nil || check != nil { return 0 }
    return room.minimum > 0 ? Int32(RoomKeeper.interval / 1_000_000) : -1
  }
}
