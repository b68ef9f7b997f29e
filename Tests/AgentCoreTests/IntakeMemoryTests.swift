import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("The reader's memory decides")
struct IntakeMemoryTests {
  private static func row(_ world: CaptureWorld, _ number: UInt32) -> ModelStore.Row? {
    world.store.files[world.key(world.files[0])]?.rows[number]
  }

  /// A world in which so many passings were made, one a second.
  static func raced(
    _ count: Int, passings: PassingSettings = PassingSettings(), _ change: (CaptureWorld) -> Void = { _ in }
  ) throws -> CaptureWorld {
    let world = IntakeTests.connected(passings: passings)
    change(world)
    for chip in 1...count {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    return world
  }

  /// The bytes of a listed passing with that number.
  private static func isListed(_ output: ReaderTransmission, _ number: Int) -> Bool {
    !output.isPush && output.bytes.starts(with: Array("\(number);".utf8))
  }

  @Test("One list that says otherwise than what is stored overrides nothing; one that says so twice does")
  func contradictedOnce() throws {
    for isLasting in [false, true] {
      let world = try IntakeMemoryTests.raced(10)
      world.pass(seconds: 10)
      let key = world.key(world.files[0])
      let stored = world.store.files[key]?.rows[5]?.kept.passing.text
      var count = 0
      world.tamper = { output in
        guard IntakeMemoryTests.isListed(output, 5) else { return output.bytes }
        count += 1
        guard count == 1 || isLasting else { return output.bytes }
        return Array(String(decoding: output.bytes, as: UTF8.self).replacing(";MC;", with: ";MD;").utf8)
      }
      #expect(world.audit() == nil)
      world.pass(seconds: 10)
      #expect(count >= 2)
      let now = world.store.files[key]?.rows[5]?.kept.passing.text
      #expect((now == stored) != isLasting, "\(now ?? "none")")
      #expect(world.entries(.passingDiffers).count == (isLasting ? 1 : 0))
    }
  }

  @Test("A record that comes in another way each time is asked for with pauses, and given up")
  func everChanging() throws {
    let world = try IntakeMemoryTests.raced(10)
    world.pass(seconds: 10)
    var count = 0
    world.tamper = { output in
      guard IntakeMemoryTests.isListed(output, 5) else { return output.bytes }
      count += 1
      return Array(
        String(decoding: output.bytes, as: UTF8.self).replacing(
          ";MC;", with: ";M\(Character(UnicodeScalar(UInt8(68 + count % 20))));"
        )
        .utf8)
    }
    #expect(world.audit() == nil)
    world.pass(seconds: 120)
    #expect((5...10).contains(count), "\(count)")
    // It has an end, told: what was heard stays, and nothing waits for it.
    #expect(world.entries(.passingDiffers).map(\.priority) == [.alert])
    world.expectComplete()
  }

  @Test("What two clean lists do not give although it is counted is lost: named, an alarm, asked no more")
  func lost() throws {
    let world = try IntakeMemoryTests.raced(10) { world in
      world.tamper = { output in
        if output.isPush, output.bytes.starts(with: Array("5;".utf8)) { return nil }
        return IntakeMemoryTests.isListed(output, 5) ? nil : output.bytes
      }
    }
    world.pass(seconds: 40)
    let summary = world.store.summary(of: world.key(world.files[0]))
    #expect(summary.stored == 9)
    #expect(summary.lost == 1)
    #expect(
      world.entries(.passingsLost).map(\.message).contains { $0.contains(" lost") && $0.hasSuffix(": 5") })
    #expect(world.agent.problems.of(.capture).map(\.event) == [.passingsLost])
    // Told once, though the sums show it too, and the verdict has the numbers.
    #expect(world.entries(.passingsLost).count == 1)
    #expect(PassingHealth(world.agent, at: world.now).causes.map(\.message).first?.hasSuffix(": 5") == true)
    let asked = world.commands.count
    world.pass(seconds: 20)
    #expect(
      world.commands[asked...].allSatisfy { !$0.text.contains("csv") && !$0.text.hasPrefix("GETPASSINGS") })
    // Both ways of asking were tried.
    #expect(world.commands.contains { $0.text == "GETPASSINGS;5;5" })
    // It turns up after all.
    world.tamper = { $0.bytes }
    #expect(world.audit() == nil)
    world.pass(seconds: 5)
    world.expectComplete()
    #expect(world.agent.problems.of(.capture).isEmpty)
  }

  @Test("An audit finds what differs, corrects it, and tells above all what has been sent")
  func audit() throws {
    // The reader pushes another chip than it keeps.
    let world = try IntakeMemoryTests.raced(6, passings: PassingSettings(confirm: .never)) { world in
      world.tamper = { output in
        guard output.isPush, [2, 4].contains(output.bytes[0] - 48) else { return output.bytes }
        return Array(String(decoding: output.bytes, as: UTF8.self).replacing(";0000", with: ";0007").utf8)
      }
    }
    #expect(IntakeMemoryTests.row(world, 2)?.kept.passing.chip.number == 72)
    world.asForwarder(.acknowledge(world.key(world.files[0]), NumberSet(1...2)))
    #expect(world.audit() == nil)
    world.pass(seconds: 3)
    world.expectComplete()
    let entries = world.entries(.passingDiffers)
    #expect(entries.map(\.priority) == [.alert, .warning])
    #expect(entries.first?.message.contains("it has been sent") == true)
    #expect(world.entries(.auditDone).first?.message.contains("2 differed") == true)
    #expect(IntakeMemoryTests.row(world, 2)?.state == .acknowledged)
  }

  @Test("An audit says why it cannot begin")
  func auditRefused() {
    let world = CaptureWorld()
    #expect(world.audit() == "no reader is connected")
    world.pass(seconds: 3)
    #expect(world.audit("results.csv")?.hasPrefix("'results.csv' is no session file of a reader") == true)
  }

  @Test("STOP is noticed: the whole file is compared, then it is settled; a passing behind it opens it again")
  func stop() throws {
    let world = try IntakeMemoryTests.raced(5)
    try world.tellReader("stop")
    world.pass(seconds: 15)
    #expect(world.store.summary(of: world.key(world.files[0])).isSettled)
    #expect(IntakeMemoryTests.row(world, 1)?.kept.trust == .confirmed)
    #expect(world.entries(.auditDone).count == 1)
    #expect(!world.agent.intake.isReading)
  }

  @Test("A reader that does not give the current file by name is asked with GETPASSINGS")
  func byGetPassings() throws {
    let world = try IntakeMemoryTests.raced(3) { $0.refused = ["GETFILE"] }
    try world.tellReader("lose-next 2")
    for chip in 10...14 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    world.pass(seconds: 5)
    world.expectComplete()
    #expect(world.commands.contains { $0.text.hasPrefix("GETPASSINGS") })
  }

  @Test("NEWFILE behind a GETPASSINGS: what the list gave is not taken for the old file's")
  func newFileBehindList() throws {
    let world = try IntakeMemoryTests.raced(3) { $0.refused = ["GETFILE"] }
    // The moment that the list is asked, the file changes and has other passings under the same numbers.
    var hasChanged = false
    world.beforeCommand = { [unowned world] command in
      guard command.hasPrefix("GETPASSINGS"), !hasChanged else { return }
      hasChanged = true
      try world.tellReader("newfile")
      for chip in 20...27 { try world.tellReader("pass \(chip) 2") }
    }
    try world.tellReader("lose-next 2")
    for chip in 10...12 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 10)
    #expect(hasChanged)
    world.refused = []
    #expect(world.pass(atMost: 120) { $0.isComplete })
    world.pass(seconds: 5)
    #expect(world.files.count == 2)
    world.expectComplete()
    #expect(world.entries(.passingDiffers).isEmpty)
  }

  @Test("A reader that refuses all lists: what was unconfirmed is believed, and that is told")
  func refusesLists() throws {
    let world = try IntakeMemoryTests.raced(8, passings: PassingSettings(confirm: .always)) {
      $0.refused = ["GETFILE", "GETPASSINGS"]
    }
    world.pass(seconds: 20)
    let rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
    #expect(rows.count == 8)
    #expect(rows.allSatisfy { $0.trust == .believed })
    #expect(world.agent.problems.of(.capture).contains { $0.event == .memoryRefused })
    world.refused = []
    world.pull()
    world.pass(seconds: 1)
    world.isPlugged = true
    world.pass(seconds: 5)
    try world.tellReader("pass 99 1")
    world.pass(seconds: 5)
    #expect(!world.agent.problems.of(.capture).contains { $0.event == .memoryRefused })
  }

  @Test("A file that a person cleared: what is missing of it is lost, what is there stays, and it is settled")
  func cleared() throws {
    for isKilled in [false, true] {
      let world = try IntakeMemoryTests.raced(3)
      let file = world.files[0]
      world.tamper = { $0.isPush || $0.bytes.contains(UInt8(ascii: ":")) ? nil : $0.bytes }
      for chip in 10...12 { try world.tellReader("pass \(chip) 1") }
      world.pass(seconds: 40)
      #expect(world.store.summary(of: world.key(file)).readerCount == 6)
      world.pull()
      world.pass(seconds: 1)
      world.tamper = { $0.bytes }
      for command in ["STOP", "CLEARFILES", "START"] { world.otherHost(command) }
      if isKilled { world.kill() }
      world.isPlugged = true
      world.pass(seconds: 150)
      let summary = world.store.summary(of: world.key(file))
      #expect(summary.stored == 3)
      #expect(summary.lost == 3)
      #expect(summary.isSettled)
      #expect(world.entries(.passingsLost).contains { $0.message.hasSuffix(": 4-6") })
    }
  }

  @Test("Another reader on the same line: its passings are its own")
  func swapped() throws {
    let world = try IntakeMemoryTests.raced(4)
    let file = world.files[0]
    try world.tellReader("serial-number O4A5-00052")
    for chip in 10...12 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 30)
    #expect(world.store.summary(of: world.key(file, serial: "O4A5-00052")).stored == 7)
    #expect(world.agent.intake.current?.serialNumber == "O4A5-00052")
  }

  @Test("A chip with another prefix is confirmed once, then believed")
  func foreignPrefix() throws {
    let world = try IntakeMemoryTests.raced(3)
    for chip in 10...14 {
      try world.tellReader("pass LY000\(chip) 1")
      world.pass(seconds: 2)
    }
    world.expectComplete()
    let origins = (4...8).map { IntakeMemoryTests.row(world, $0)?.kept.origin }
    #expect(origins == [.fetched, .pushed, .pushed, .pushed, .pushed])
  }

  @Test("Imported passings go the same way, once")
  func imported() throws {
    let world = try IntakeMemoryTests.raced(5)
    let file = world.files[0]
    let passings = try (world.truth[file] ?? []).map { try Passing(parsing: Array($0.utf8)) }
    #expect(world.importPassings(passings, of: world.key(file)) == 5)
    world.pass(seconds: 1)
    world.expectComplete()
    #expect(IntakeMemoryTests.row(world, 3)?.kept.origin == .pushed)
    let other = world.key("20200101-000000.csv")
    #expect(world.importPassings(passings, of: other) == 5)
    #expect(world.agent.intake.unwrittenImports(of: other) == 5)
    #expect(world.agent.intake.unwrittenImports(of: world.key(file)) == 0)
    world.pass(seconds: 1)
    #expect(world.agent.intake.unwrittenImports(of: other) == 0)
    #expect(world.store.summary(of: other).stored == 5)
    #expect(world.store.files[other]?.rows[1]?.kept.origin == .imported)
    #expect(world.store.files[other]?.rows[1]?.kept.trust == .believed)
  }

  @Test("What is imported into the reader's own file is sent only when the reader's memory has it")
  func importedIntoCurrent() throws {
    let world = try IntakeMemoryTests.raced(5) { world in
      world.tamper = { $0.bytes.starts(with: Array("4;".utf8)) ? nil : $0.bytes }
    }
    let file = world.files[0]
    world.refused = ["GETFILE", "GETPASSINGS"]
    world.tamper = { $0.bytes }
    let frames = world.truth[file] ?? []
    // Number 4 did not come and cannot be fetched yet; 6 and 7 the reader has never made.
    let passings = try [frames[3], "6" + frames[4].dropFirst(), "7" + frames[4].dropFirst()].map {
      try Passing(parsing: Array($0.utf8))
    }
    #expect(world.importPassings(passings, of: world.key(file)) == 3)
    world.pass(seconds: 0.2)
    #expect(IntakeMemoryTests.row(world, 4)?.kept.trust == .unconfirmed)
    world.refused = []
    #expect(
      world.pass(atMost: 120) { IntakeMemoryTests.row($0, 7) == nil && $0.isComplete })
    #expect(IntakeMemoryTests.row(world, 6) == nil)
    #expect(IntakeMemoryTests.row(world, 4)?.kept.trust == .confirmed)
  }

  @Test("What the reader has lost comes back by an import, and stays when all is compared again")
  func importedLost() throws {
    let world = try IntakeMemoryTests.raced(6) { world in
      world.tamper = { output in
        if output.isPush, output.bytes.starts(with: Array("5;".utf8)) { return nil }
        return IntakeMemoryTests.isListed(output, 5) ? nil : output.bytes
      }
    }
    world.pass(seconds: 40)
    let key = world.key(world.files[0])
    #expect(world.store.summary(of: key).lost == 1)
    let frame = try #require(world.truth[key.file]?[4])
    #expect(world.importPassings([try Passing(parsing: Array(frame.utf8))], of: key) == 1)
    world.pass(seconds: 1)
    #expect(world.agent.problems.of(.capture).isEmpty)
    for _ in 1...2 {
      #expect(world.store.summary(of: key).lost == 0 && world.store.summary(of: key).stored == 6)
      #expect(IntakeMemoryTests.row(world, 5)?.kept.trust == .believed)
      #expect(world.audit() == nil)
      world.pass(seconds: 10)
    }
    #expect(world.store.files[key]?.differences.isEmpty == true)
    #expect(world.agent.problems.of(.capture).isEmpty)
  }

  @Test("In the doubled hour, imports that come in pieces are resolved like one that comes whole")
  func importedInPieces() throws {
    // By the clock of Berlin, which goes back from 3:00 to 2:00 on that day, 2 h before UTC until then.
    let hour: Int64 = 3_600_000
    let back = try #require(WallTime(iso8601: "2026-10-25T03:00:00Z")).milliseconds
    let world = CaptureWorld(zones: { local, zone in
      guard zone == "Europe/Berlin" else { return CaptureWorld.mexico(local, zone) }
      let (earlier, later) = (local - 2 * hour, local - hour)
      if local < back - hour { return .once(WallTime(milliseconds: earlier)) }
      if local >= back { return .once(WallTime(milliseconds: later)) }
      return .twice(earlier: WallTime(milliseconds: earlier), later: WallTime(milliseconds: later))
    })
    let key = world.key("20261025-020000.csv")
    let times = ["01:59:00", "02:10:00", "02:40:00", "02:05:00", "02:50:00", "03:01:00"]
    let passings = try times.enumerated().map { index, time in
      try Passing(parsing: Array("\(index + 1);MC;00001;2026-10-25;\(time).000;1;1;00000".utf8))
    }
    for passing in passings {
      #expect(world.importPassings([passing], of: key, zone: "Europe/Berlin") == 1)
    }
    world.pass(seconds: 1)
    let utc = (1...6).map { world.store.files[key]?.rows[$0]?.kept.utc.iso8601.dropFirst(11).prefix(5) }
    #expect(utc == ["23:59", "00:10", "00:40", "01:05", "01:50", "02:01"])
  }
}
