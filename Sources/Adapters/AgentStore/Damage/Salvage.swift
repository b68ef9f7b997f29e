import AgentCore
import LinuxSystem
import One4AllProtocol

/// Takes over what can be read of a database that was set aside, in slices, while the new one is at work. Everything can
/// be done twice without harm, so that it is begun again when the process ends before it is through.
struct Salvage: ~Copyable {
  private let name: String
  private let source: DamagedDatabase
  private let files: [Int64: StoredFile]
  /// Of files that are not in it, it is not known what became of their passings.
  private let spans: [Int64: StoredSpans]
  private let rejections: [Int64: [UInt32: String]]
  private let zones: [Int64: String]
  private let boots: [Int64: String]
  private var place: DamagedDatabase.Place? = DamagedDatabase.Place()
  private var count = 0
  /// Rows whose session file is not known any more.
  private var unplaced = 0

  /// Begins with what is needed at once: bindings, files, cloud sessions. Nil when nothing can be read; when that will
  /// stay so, it is noted as the end of it.
  /// - Parameter notices: where it is told when that is the end.
  static func begin(
    _ name: String, into database: inout AgentDatabase, _ notices: inout [StoreNotice]
  ) throws(StoreError) -> Salvage? {
    let path = "\(Files.parent(of: database.path))/\(name)"
    guard try SalvageTable.attempt(name, in: database.connection) else {
      try end(name, passings: nil, unreadable: nil, &database, &notices)
      return nil
    }
    let opened: DamagedDatabase?
    do throws(StoreError) { opened = try DamagedDatabase.open(path) } catch {
      // Whatever stands in the way now, it is left for later.
      try SalvageTable.takeBack(name, in: database.connection)
      return nil
    }
    guard let source = opened else {
      try end(name, passings: nil, unreadable: nil, &database, &notices)
      return nil
    }
    let salvage = Salvage(name, source)
    try salvage.takeOverNames(into: &database)
    return salvage
  }

  private static func end(
    _ name: String, passings: Int?, unreadable: Int?, _ database: inout AgentDatabase,
    _ notices: inout [StoreNotice]
  ) throws(StoreError) {
    try SalvageTable.finish(name, passings: passings, unreadable: unreadable, in: database.connection)
    DamagedFile.markSalvaged("\(Files.parent(of: database.path))/\(name)")
    guard let damage = try SalvageTable.damage(name, in: database.connection) else { return }
    notices.append(.damaged(damage, try database.passings.summaries()))
  }

  private init(_ name: String, _ source: DamagedDatabase) {
    files = source.files()
    spans = source.spans(of: files)
    rejections = source.rejections()
    zones = source.names(.zone)
    boots = source.names(.boot)
    self.name = name
    self.source = source
  }

  private func takeOverNames(into database: inout AgentDatabase) throws(StoreError) {
    let bindings = source.bindings()
    let readers = source.readers()
    let sessions = source.sessions(of: files)
    let files = files
    let spans = spans
    try database.transaction { (database) throws(StoreError) in
      for binding in bindings { try database.bindings.keepIfNew(binding) }
      for (serialNumber, contact) in Salvage.contacts(readers, files) {
        try database.passings.readers.note(serialNumber, contact)
      }
      for file in files.values.sorted(by: { $0.id < $1.id }) {
        var new = try database.passings.ensure(file.key)
        if file.firstContact.milliseconds > 0 { new.firstContact = min(new.firstContact, file.firstContact) }
        new.readerCount = new.readerCount ?? file.readerCount
        if let spans = spans[file.id] {
          try database.passings.noteLost(&new, spans[.lost])
          for kind in [SpanKind.earlier, .rewound] {
            try database.passings.spans.add(new.id, kind, spans[kind])
          }
        }
        try database.passings.save(new)
        for (id, session) in sessions where id == file.id {
          guard try database.passings.sessions.read(new.id, cloud: session.cloud) == nil else { continue }
          try database.passings.sessions.keep(new.id, session)
        }
      }
    }
  }

  /// The first contacts. Of a reader whose own cannot be read, it was no later than the first file that it has told of.
  private static func contacts(_ known: [String: FirstContact], _ files: [Int64: StoredFile])
    -> [String: FirstContact]
  {
    var contacts = known
    for file in files.values where file.readerCount != nil && known[file.key.serialNumber] == nil {
      let former = contacts[file.key.serialNumber]
      guard former == nil || file.key.file < former?.file ?? "" else { continue }
      contacts[file.key.serialNumber] = FirstContact(at: file.firstContact, file: file.key.file)
    }
    return contacts
  }

  /// Takes over the passings of the next pages.
  /// - Parameter notices: where it is told what came of it all, once it is through.
  /// - Returns: whether there is more to be taken over.
  mutating func step(into database: inout AgentDatabase, _ notices: inout [StoreNotice]) throws(StoreError)
    -> Bool
  {
    guard place != nil else {
      try finish(into: &database, &notices)
      return false
    }
    let found = source.passings(at: &place)
    let batches = self.batches(found)
    if !batches.isEmpty {
      try database.transaction { (database) throws(StoreError) in
        for batch in batches { try database.passings.takeOver(batch) }
      }
    }
    let taken = batches.reduce(0) { $0 + $1.passings.count }
    count += taken
    unplaced += found.count - taken
    return true
  }

  /// The passings by file and boot.
  private func batches(_ found: [DamagedDatabase.FoundPassing]) -> [SalvagedPassings] {
    var batches: [SalvagedPassings] = []
    for passing in found {
      guard let file = files[passing.file] else { continue }
      let boot = boots[passing.row.boot] ?? ""
      let spans = spans[passing.file]
      if batches.last?.key != file.key || batches.last?.boot != boot {
        batches.append(
          SalvagedPassings(
            key: file.key, boot: boot, acknowledged: spans?[.acknowledged] ?? NumberSet(),
            rejected: spans?[.rejected] ?? NumberSet(), reasons: rejections[passing.file] ?? [:]))
      }
      batches[batches.count - 1].passings.append(kept(passing, spans))
    }
    return batches
  }

  /// What is not known to have stood there as it is waits for the reader's memory before it is sent, and so does what
  /// was stored and is said to be in no state.
  private func trust(_ found: DamagedDatabase.FoundPassing, _ spans: StoredSpans?) -> KeptPassing.Trust {
    let number = found.row.passing.number
    guard found.isCertain else { return .unconfirmed }
    guard let spans else { return found.row.trust }
    if spans[.held].contains(number) || !spans.stored.contains(number) { return .unconfirmed }
    if spans[.confirmed].contains(number) { return .confirmed }
    if spans[.released].contains(number) { return .released }
    return found.row.trust == .unconfirmed ? .believed : found.row.trust
  }

  private func kept(_ found: DamagedDatabase.FoundPassing, _ spans: StoredSpans?) -> KeptPassing {
    let row = found.row
    return KeptPassing(
      passing: row.passing, zone: zoneName(row.zone, found.file), utc: row.utc, arrivedAt: row.arrivedAt,
      arrivedWall: row.arrivedWall, hostSynchronised: row.hostSynchronised, origin: row.origin,
      trust: trust(found, spans), stamp: Salvage.stamp(of: row.passing.number, spans),
      certainty: row.certainty, zoneSource: row.zoneSource)
  }

  private static func stamp(of number: UInt32, _ spans: StoredSpans?) -> KeptPassing.Stamp {
    guard let spans, spans[.jumped].contains(number) else { return .steady }
    return spans[.accepted].contains(number) ? .accepted : .undecided
  }

  /// A zone's name; of one whose name could not be read, that of the file's last passing, or of the newest, as all are the
  /// same almost always. The UTC of a row does not hang on it.
  private func zoneName(_ zone: Int64, _ file: Int64) -> String {
    zones[zone] ?? files[file]?.zone ?? zones.max { $0.key < $1.key }?.value ?? "UTC"
  }

  /// Notes what could not be read, and takes over what no passing hangs on.
  private func finish(into database: inout AgentDatabase, _ notices: inout [StoreNotice]) throws(StoreError) {
    let differences = source.differences()
    let doubtful = source.doubtful()
    let files = files
    let spans = spans
    let unplaced = unplaced
    let unreadable = try database.transaction { (database) throws(StoreError) -> Int in
      var unreadable = unplaced
      for file in files.values {
        let frames = doubtful.values.filter { $0.file == file.id }.map(\.frame)
        let found = differences.filter { $0.file == file.id }.map(\.difference)
        unreadable += try database.passings.close(
          file, spans[file.id], differences: found, doubtful: frames)
      }
      let unknown = doubtful.values.filter { $0.file == DoubtfulTable.unknownFile }.map(\.frame)
      if !unknown.isEmpty { try database.passings.doubtful.keep(DoubtfulTable.unknownFile, unknown) }
      return unreadable
    }
    // Where no session file is known, nothing is.
    let isNothing = files.isEmpty && count == 0
    try Salvage.end(
      name, passings: isNothing ? nil : count, unreadable: isNothing ? nil : unreadable, &database, &notices)
  }
}
