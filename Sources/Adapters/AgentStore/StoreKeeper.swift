import AgentCore
import Glibc
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
  private var lock: StoreLock
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
  /// Whether what is open is what stands in the folder.
  private var place: StorePlace
  /// Whether nothing can take the place of what was taken away, and why.
  private var isAway = false
  private var awayReason = ""
  /// What is to be told without having been asked.
  private var notices: [StoreNotice]

  init(directory: String, options: StoreOptions) throws(StoreError) {
    do { try Files.makeFolder(directory, mode: 0o750) } catch { throw .system(error) }
    let lock = try StoreLock("\(directory)/\(AgentDatabase.lockName)")
    var database = try StoreKeeper.open(directory, options, lock, cloud: nil)
    var notices: [StoreNotice] = []
    salvage = try StoreKeeper.beginSalvage(into: &database, &notices)
    if options.settings.backup { try database.recallContacts(from: directory) }
    self.notices = notices
    place = StorePlace(database.path, interval: options.placeInterval)
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

  /// Opens a database that works as the options say.
  private static func open(
    _ directory: String, _ options: StoreOptions, _ lock: StoreLock, cloud: String?
  ) throws(StoreError) -> AgentDatabase {
    var database = try AgentDatabase.open(directory: directory, busyTimeout: options.busyTimeout, lock: lock)
    database.passings.cloud = cloud
    database.passings.zoneLookup = options.zones
    return database
  }

  /// The number of the last change of what is believed that was numbered since the store was opened; 0 for none.
  mutating func lastChange() -> Int64 { database?.passings.changes.lastNumbered ?? 0 }

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
      var new = try StoreKeeper.open(directory, options, lock, cloud: cloud)
      try adopt(&new)
      damage = nil
      database = consume new
    } catch {
      // It is tried again with the next request, which fails until then.
    }
  }

  /// Goes on in a new database, and begins to bring over what the old one held.
  private mutating func adopt(_ new: inout AgentDatabase) throws(StoreError) {
    place = StorePlace(new.path, interval: options.placeInterval)
    if let setAside { try SalvageTable.note(setAside, reason: damage, in: new.connection) }
    setAside = setAside ?? new.setAside
    salvage = try StoreKeeper.beginSalvage(into: &new, &notices)
    // Told once a new one is in use: what was stored in the old one is not stored until it is brought over.
    guard let setAside,
      let found = try SalvageTable.damage(Files.name(of: setAside), in: new.connection)
    else { return }
    notices.append(.damaged(found, try new.passings.summaries()))
  }

  private static func beginSalvage(
    into database: inout AgentDatabase, _ notices: inout [StoreNotice]
  ) throws(StoreError) -> Salvage? {
    for name in try SalvageTable.pending(in: database.connection) {
      if let salvage = try Salvage.begin(name, into: &database, &notices) { return salvage }
    }
    return nil
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
    try watchPlace(&open, at: now)
    if room.isDue(at: now) {
      let (more, notice) = try room.look(&open, at: now)
      if let notice { notices.append(notice) }
      if more { return 0 }
    }
    try bringOver(&open, at: now)
    if try check?.step(open) == false { check = nil }
    if salvage != nil || check != nil { return 0 }
    return Int32(StorePlace.interval / 1_000_000)
  }

  /// Takes the next of a damaged database over.
  private mutating func bringOver(_ open: inout AgentDatabase, at now: Int64) throws(StoreError) {
    do throws(StoreError) {
      if try salvage?.step(into: &open, &notices) == false {
        backup?.doubt()
        salvage = nil
        salvage = try StoreKeeper.beginSalvage(into: &open, &notices)
      }
      if salvage == nil, now >= salvageAgainAt {
        salvageAgainAt = now + StoreKeeper.salvagePause
        salvage = try StoreKeeper.beginSalvage(into: &open, &notices)
      }
    } catch {
      // Neither damage of the new one nor a want of room: it is what the old one says. It is tried again, but not for
      // ever.
      guard !error.isDamage, !error.isPassing else { throw error }
      salvage = nil
      salvageAgainAt = now + StoreKeeper.salvagePause
    }
  }

  // MARK: Place

  /// Sees to it that what is written is where it can be found again.
  private mutating func watchPlace(_ open: inout AgentDatabase, at now: Int64) throws(StoreError) {
    guard place.isDue(at: now), let change = place.change(at: now) else { return }
    do throws(StoreError) {
      if case .lock = change { return try renewLock() }
      try replace(&open, because: change.words)
      if isAway { notices.append(.reachable) }
      isAway = false
    } catch {
      // What is open is used on: it is better than nothing.
      if !isAway || awayReason != "\(error)" { notices.append(.unreachable(reason: "\(error)")) }
      isAway = true
      awayReason = "\(error)"
    }
  }

  private mutating func renewLock() throws(StoreError) {
    lock.release()
    lock = try StoreLock("\(directory)/\(AgentDatabase.lockName)")
  }

  /// Puts all that is in the open database where it belongs, and goes on there. Whatever stands there now is not ours: it
  /// is kept beside it.
  private mutating func replace(_ open: inout AgentDatabase, because reason: String) throws(StoreError) {
    let now = WallTime(milliseconds: SystemClock.wallMilliseconds)
    do { try Files.makeFolder(directory, mode: 0o750) } catch { throw .system(error) }
    try renewLock()
    let path = "\(directory)/\(AgentDatabase.fileName)"
    let copy = "\(path).copy"
    unlink(copy)
    var isWhole = true
    do throws(StoreError) { try open.connection.copySealed(to: copy) } catch {
      unlink(copy)
      guard error.isDamage || error.isUnreadable else { throw error }
      isWhole = false
    }
    // It would take the log at its path with it, which is not its own any more.
    open.connection.setKeepsLogOnClose(true)
    try DamagedFile.putAway(path, at: now)
    if isWhole { do { try Files.move(copy, to: path) } catch { throw .system(error) } }
    var new = try StoreKeeper.open(directory, options, lock, cloud: cloud)
    place = StorePlace(path, interval: options.placeInterval)
    let damage = StoreDamage(
      name: SalvageTable.replacedPrefix + now.iso8601, reason: reason, notedAt: now,
      outcome: .replaced(isWhole: isWhole))
    try SalvageTable.noteReplaced(damage, in: new.connection)
    salvage = nil
    check = nil
    salvage = try StoreKeeper.beginSalvage(into: &new, &notices)
    backup?.doubt()
    notices.append(.damaged(damage, try new.passings.summaries()))
    open = consume new
  }
}
