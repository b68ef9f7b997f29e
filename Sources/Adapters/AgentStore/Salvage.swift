import AgentCore
import LinuxSystem
import One4AllProtocol

/// Takes over what can be read of a database that was set aside, in slices, while the new one is at work. Everything can
/// be done twice without harm, so that it is begun again when the process ends before it is through.
struct Salvage: ~Copyable {
  /// So many rows in one slice: some milliseconds.
  private static let slice = 1000

  private let name: String
  private let source: DamagedDatabase
  private let files: [Int64: StoredFile]
  private let spans: [Int64: [SpanKind: NumberSet]]
  private let rejections: [Int64: [UInt32: String]]
  private let zones: [Int64: String]
  private let boots: [Int64: String]
  private var next: Int64 = 0
  private var count = 0
  /// Rows whose session file is not known any more.
  private var unplaced = 0

  /// Notes that a damaged database is to be salvaged.
  static func note(_ path: String, in connection: borrowing Connection) throws(StoreError) {
    let statement = try connection.prepare(
      "INSERT INTO salvage (name) VALUES (?1) ON CONFLICT DO NOTHING", for: "note the damage")
    try statement.bind(1, Files.name(of: path))
    try statement.run()
  }

  /// Notes every database of that folder that was set aside and is not known to be salvaged.
  /// - Returns: the paths of those that were not noted before, the oldest first.
  static func noteAll(in folder: String, _ connection: borrowing Connection) throws(StoreError) -> [String] {
    let known = try connection.prepare("SELECT name, finished_ms FROM salvage", for: "look for damage")
    var finished: [String: Bool] = [:]
    while try known.step() { finished[known.text(0)] = known.integerOrNil(1) != nil }
    var noted: [String] = []
    for path in try DamagedFile.unsalvaged(in: folder) {
      switch finished[Files.name(of: path)] {
      case true: DamagedFile.markSalvaged(path)
      case false: break
      case nil:
        try note(path, in: connection)
        noted.append(path)
      }
    }
    return noted
  }

  /// The names of damaged databases that were not salvaged to the end, the oldest first.
  static func pending(in connection: borrowing Connection) throws(StoreError) -> [String] {
    let rows = try connection.prepare(
      "SELECT name FROM salvage WHERE finished_ms IS NULL ORDER BY name", for: "look for damage")
    var names: [String] = []
    while try rows.step() { names.append(rows.text(0)) }
    return names
  }

  /// Begins with what is needed at once: bindings, files, cloud sessions. Nil when nothing can be read; when that will
  /// stay so, it is noted as the end of it.
  static func begin(_ name: String, into database: inout AgentDatabase) throws(StoreError) -> Salvage? {
    let path = "\(Files.parent(of: database.path))/\(name)"
    let opened: DamagedDatabase?
    // Whatever stands in the way now, it is left for later.
    do throws(StoreError) { opened = try DamagedDatabase.open(path) } catch { return nil }
    guard let source = opened else {
      try Salvage.finish(name, in: database.connection)
      DamagedFile.markSalvaged(path)
      return nil
    }
    let salvage = Salvage(name, source)
    try salvage.takeOverNames(into: &database)
    return salvage
  }

  private init(_ name: String, _ source: consuming DamagedDatabase) {
    files = source.files()
    spans = source.spans()
    rejections = source.rejections()
    zones = source.names("zone")
    boots = source.names("boot")
    self.name = name
    self.source = source
  }

  private func takeOverNames(into database: inout AgentDatabase) throws(StoreError) {
    let bindings = source.bindings()
    let readers = source.readers()
    let sessions = source.sessions()
    let unfinished = source.unfinishedSalvages()
    let files = files
    let spans = spans
    try database.transaction { (database) throws(StoreError) in
      for name in unfinished { try Salvage.note(name, in: database.connection) }
      for binding in bindings { try database.bindings.keepIfNew(binding) }
      for (serialNumber, contact) in readers { try database.passings.readers.note(serialNumber, contact) }
      for file in files.values.sorted(by: { $0.id < $1.id }) {
        var new = try database.passings.ensure(file.key)
        if file.firstContact.milliseconds > 0 { new.firstContact = min(new.firstContact, file.firstContact) }
        new.readerCount = new.readerCount ?? file.readerCount
        try database.passings.noteLost(&new, spans[file.id]?[.lost] ?? NumberSet())
        for kind in [SpanKind.earlier, .rewound] {
          try database.passings.spans.add(new.id, kind, spans[file.id]?[kind] ?? NumberSet())
        }
        try database.passings.files.save(new)
        for (id, session) in sessions where id == file.id {
          guard try database.passings.sessions.read(new.id, cloud: session.cloud) == nil else { continue }
          try database.passings.sessions.keep(new.id, session)
        }
      }
    }
  }

  /// Takes over the next rows.
  /// - Returns: what came of it all, once it is through.
  mutating func step(into database: inout AgentDatabase) throws(StoreError) -> StoreNotice? {
    let (rows, next) = source.passings(after: self.next, limit: Salvage.slice)
    if !rows.isEmpty {
      let batches = self.batches(rows)
      try database.transaction { (database) throws(StoreError) in
        for batch in batches { try database.passings.takeOver(batch) }
      }
      let taken = batches.reduce(0) { $0 + $1.passings.count }
      count += taken
      unplaced += rows.count - taken
    }
    if let next {
      self.next = next
      return nil
    }
    return try finish(into: &database)
  }

  /// The rows by file and boot.
  private func batches(_ rows: [(file: Int64, row: PassingRow)]) -> [SalvagedPassings] {
    var batches: [SalvagedPassings] = []
    for (id, row) in rows {
      guard let file = files[id] else { continue }
      let boot = boots[row.boot] ?? ""
      if batches.last?.key != file.key || batches.last?.boot != boot {
        batches.append(
          SalvagedPassings(
            key: file.key, boot: boot, acknowledged: spans[id]?[.acknowledged] ?? NumberSet(),
            rejected: spans[id]?[.rejected] ?? NumberSet(), reasons: rejections[id] ?? [:]))
      }
      batches[batches.count - 1].passings.append(kept(row, spans[id] ?? [:]))
    }
    return batches
  }

  private func kept(_ row: PassingRow, _ spans: [SpanKind: NumberSet]) -> KeptPassing {
    let number = row.passing.number
    var trust = row.trust
    if spans[.held]?.contains(number) == true {
      trust = .unconfirmed
    } else if spans[.confirmed]?.contains(number) == true {
      trust = .confirmed
    } else if trust == .unconfirmed, spans[.ready]?.contains(number) == true {
      trust = .believed
    }
    return KeptPassing(
      passing: row.passing, zone: zoneName(row.zone), utc: row.utc, arrivedAt: row.arrivedAt,
      arrivedWall: row.arrivedWall, hostSynchronised: row.hostSynchronised, origin: row.origin, trust: trust,
      stamp: Salvage.stamp(of: number, spans), certainty: row.certainty, zoneSource: row.zoneSource)
  }

  private static func stamp(of number: UInt32, _ spans: [SpanKind: NumberSet]) -> KeptPassing.Stamp {
    guard spans[.jumped]?.contains(number) == true else { return .steady }
    return spans[.accepted]?.contains(number) == true ? .accepted : .undecided
  }

  /// A zone's name; of one whose name could not be read, that of the newest, as all are the same almost always. The UTC
  /// of a row does not hang on it.
  private func zoneName(_ zone: Int64) -> String {
    zones[zone] ?? zones.max { $0.key < $1.key }?.value ?? "UTC"
  }

  /// Notes what could not be read, and takes over what no passing hangs on.
  private func finish(into database: inout AgentDatabase) throws(StoreError) -> StoreNotice {
    let differences = source.differences()
    let doubtful = source.doubtful()
    let files = files
    let spans = spans
    let name = name
    let count = count
    let unplaced = unplaced
    let notice = try database.transaction { (database) throws(StoreError) -> StoreNotice in
      var unreadable = unplaced
      for file in files.values {
        let frames = doubtful.values.filter { $0.file == file.id }.map(\.frame)
        let found = differences.filter { $0.file == file.id }.map(\.difference)
        unreadable += try database.passings.close(
          file, spans[file.id] ?? [:], differences: found, doubtful: frames)
      }
      let unknown = doubtful.values.filter { $0.file == DoubtfulTable.unknownFile }.map(\.frame)
      if !unknown.isEmpty { try database.passings.doubtful.keep(DoubtfulTable.unknownFile, unknown) }
      try Salvage.finish(name, in: database.connection)
      return .salvaged(
        passings: count, unreadable: unreadable, try database.passings.summaries())
    }
    DamagedFile.markSalvaged("\(Files.parent(of: database.path))/\(name)")
    return notice
  }

  private static func finish(_ name: String, in connection: borrowing Connection) throws(StoreError) {
    let statement = try connection.prepare(
      "UPDATE salvage SET finished_ms = ?2 WHERE name = ?1", for: "note the end of the salvage")
    try statement.bind(1, name)
    try statement.bind(2, SystemClock.wallMilliseconds)
    try statement.run()
  }
}
