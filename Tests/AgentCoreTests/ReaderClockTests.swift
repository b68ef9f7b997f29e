import JSONDocument
import One4AllProtocol
import Testing

@testable import AgentCore

@Suite("The reader's clock beside the host's")
struct ReaderClockTests {
  /// The reader of the world stands in Mexico City and is six hours behind UTC the whole year.
  private static let mexico: ZoneLookup = { local, zone in
    zone == "America/Mexico_City" ? .once(WallTime(milliseconds: local + 6 * 3_600_000)) : nil
  }

  private func world(
    _ change: (inout AgentSettings) -> Void = { _ in }, orders: String...
  ) throws -> World {
    let world = World(change: change, zones: ReaderClockTests.mexico)
    for order in orders { try world.tellReader(order) }
    return world
  }

  private func setsWhenStopped(_ settings: inout AgentSettings) {
    settings.passings.setReaderClock = .whenStopped
  }

  private func asked(_ command: String, _ world: World) -> [(at: Int64, text: String)] {
    world.commands.filter { $0.text.hasPrefix(command) }
  }

  private func alarms(_ world: World) -> [JSONValue] {
    (world.status["conditions"]?.array ?? []).filter { $0["event"]?.string == "reader-clock" }
  }

  private func offset(_ world: World) -> Double? { world.status["clock"]?["reader_offset_seconds"]?.number }

  @Test(
    "The truth lies within the uncertainty, which is some hundredths of a second",
    arguments: [
      0, 1, 249, 250, 499, 500, 501, 998, 999, 1000, 1001, 12_345, -1, -3, -500, -999, -1000, -86_399_217,
      3_599_983, 40_000_000,
    ])
  func measured(milliseconds: Int) throws {
    let world = try world(orders: "clock-offset \(Double(milliseconds) / 1000)")
    world.pass(seconds: 12)
    let measurement = try #require(world.agent.readerClock.measurement)
    let error = abs(measurement.offset - .milliseconds(milliseconds))
    #expect(error <= measurement.uncertainty, "\(error) is more than \(measurement.uncertainty)")
    #expect(measurement.uncertainty <= .milliseconds(40))
    #expect(asked("GETTIME", world).count <= 8)
  }

  @Test("The status document says offset, uncertainty and when it was measured")
  func status() throws {
    let world = try world(orders: "clock-offset -2.5")
    #expect(offset(world) == nil)
    world.pass(seconds: 12)
    let clock = world.status["clock"]
    #expect(abs((clock?["reader_offset_seconds"]?.number ?? 0) + 2.5) < 0.04)
    #expect((clock?["reader_offset_uncertainty_seconds"]?.number ?? 1) < 0.041)
    let measuredAt = clock?["reader_measured_at"]?.string.flatMap(WallTime.init(iso8601:))
    #expect(try abs(#require(measuredAt) - world.now.wall) < .seconds(12))
  }

  @Test("It is measured at connect and every ten minutes")
  func everyTenMinutes() throws {
    let world = try world()
    world.pass(seconds: 3600)
    let starts = asked("GETTIME", world).map(\.at).reduce(into: [Int64]()) { starts, at in
      if starts.last.map({ at - $0 > 60_000 }) ?? true { starts.append(at) }
    }
    #expect(starts.count == 6)
  }

  @Test("Off by more than the limit is an alarm with a remedy, told once, and once when it is over")
  func alarm() throws {
    let world = try world(orders: "clock-offset 3.2")
    world.pass(seconds: 1900)
    #expect(world.entries(.readerClock).count == 1)
    let alarm = try #require(world.entries(.readerClock).first)
    #expect(alarm.priority == .alert)
    #expect(alarm.message.hasPrefix("the reader's clock is wrong: 3."))
    #expect(alarm.message.hasSuffix("set it, or let set_reader_clock = when-stopped do so"))
    #expect(alarms(world).first?["repetitions"]?.integer == 3)
    try world.tellReader("clock-offset 0.02")
    world.pass(seconds: 600)
    #expect(alarms(world).isEmpty)
    #expect(world.entries(.readerClock).map(\.priority) == [.alert, .notice])
  }

  @Test("A clock that runs away is told again when its offset has become another")
  func drift() throws {
    let world = try world(orders: "clock-offset 2", "clock-drift 100")
    world.pass(seconds: 4 * 3600)
    #expect((2...4).contains(world.entries(.readerClock).count))
  }

  @Test("Within the limit there is no alarm, and at the very limit none that comes and goes")
  func limit() throws {
    let world = try world(orders: "clock-offset 0.98")
    world.pass(seconds: 60)
    #expect(alarms(world).isEmpty)
    for turn in 0..<6 {
      try world.tellReader("clock-offset \(turn.isMultiple(of: 2) ? 1.05 : 0.97)")
      world.pass(seconds: 600)
    }
    #expect(world.entries(.readerClock).count == 1)
  }

  @Test("A new limit judges anew")
  func newLimit() throws {
    let world = try world(orders: "clock-offset 3")
    world.pass(seconds: 12)
    #expect(!alarms(world).isEmpty)
    var settings = world.settings
    settings.passings.clockWarning = .seconds(5)
    world.take(.reloaded(settings, bindings: nil))
    world.pass(seconds: 12)
    #expect(alarms(world).isEmpty)
  }

  @Test("A host that nobody vouches for measures nothing; as soon as the kernel does, it measures")
  func untrustedHost() throws {
    let world = try world(orders: "clock-offset 3")
    world.isKernelSynchronised = false
    world.hostOffset = 3_600_000
    world.pass(seconds: 300)
    #expect(asked("GETTIME", world).isEmpty && offset(world) == nil)
    world.hostOffset = 0
    world.isKernelSynchronised = true
    world.pass(seconds: 30)
    #expect(abs((offset(world) ?? 0) - 3) < 0.05)
  }

  @Test("A host that only the cloud vouches for sees an hour, and no three seconds")
  func cloudOnly() throws {
    let world = try world(setsWhenStopped, orders: "stop", "clock-offset 3")
    world.isKernelSynchronised = false
    world.pass(seconds: 60)
    #expect((world.status["clock"]?["reader_offset_uncertainty_seconds"]?.number ?? 0) > 5.4)
    #expect(alarms(world).isEmpty)
    try world.tellReader("clock-offset 3601")
    world.pass(seconds: 620)
    #expect(alarms(world).count == 1)
    #expect(world.entries(.readerClock).last?.message.hasSuffix("is its time zone right?") == true)
    #expect(asked("SETTIME", world).isEmpty)
  }

  @Test("When the host's clock steps, what was measured before is gone and it is measured again")
  func hostSteps() throws {
    let world = try world()
    world.pass(seconds: 60)
    #expect(abs(offset(world) ?? 9) < 0.05)
    world.hostOffset = 4000
    world.pass(seconds: 30)
    #expect(abs((offset(world) ?? 0) + 4) < 0.05)
  }

  @Test("A step in the middle of a measurement spoils nothing")
  func stepWithin() throws {
    let world = try world(orders: "clock-offset 4")
    #expect(world.pass(atMost: 10) { asked("GETTIME", $0).count == 2 })
    world.hostOffset = -1700
    world.pass(seconds: 15)
    #expect(abs((offset(world) ?? 0) - 5.7) < 0.05)
  }

  @Test("One answer that was damaged on the line makes no alarm, whichever it is", arguments: 1...8)
  func damagedAnswer(place: Int) throws {
    let world = try world(orders: place == 1 ? "clock-offset 1000" : "clock-offset 0.3")
    if place > 1 {
      #expect(world.pass(atMost: 20) { asked("GETTIME", $0).count == place - 1 } || place > 6)
      try world.tellReader("clock-offset 1000")
    }
    #expect(world.pass(atMost: 20) { asked("GETTIME", $0).count >= place } || place > 6)
    try world.tellReader("clock-offset 0.3")
    world.pass(seconds: 1300)
    #expect(abs((offset(world) ?? 9) - 0.3) < 0.05)
    #expect(world.entries(.readerClock).isEmpty)
  }

  @Test("Unanswered questions end after three, and nothing is made of them")
  func unanswered() throws {
    let world = try world()
    world.swallowed = ["GETTIME"]
    world.pass(seconds: 1800)
    #expect(offset(world) == nil)
    #expect((3...9).contains(asked("GETTIME", world).count))
    #expect(world.entries(.readerRefused).isEmpty)
  }

  @Test("A reader that refuses GETTIME is asked again ten minutes later")
  func refused() throws {
    let world = try world(orders: "refuse GETTIME ERR")
    world.pass(seconds: 60)
    #expect(asked("GETTIME", world).count == 1 && offset(world) == nil)
    world.pass(seconds: 600)
    #expect(offset(world) != nil)
  }

  @Test("Another reader has another clock")
  func swapped() throws {
    let world = try world(orders: "clock-offset 30")
    world.pass(seconds: 12)
    #expect(!alarms(world).isEmpty)
    try world.tellReader("clock-offset 0")
    try world.tellReader("serial-number O4A5-00099")
    #expect(world.pass(atMost: 20) { alarms($0).isEmpty && offset($0) == nil })
    world.pass(seconds: 15)
    #expect(abs(offset(world) ?? 9) < 0.05)
  }

  @Test("Passings on the line do not disturb it")
  func busyLine() throws {
    let world = try world(orders: "clock-offset 1.5", "rate 200", "lose 0.02", "noise 0.02")
    world.pass(seconds: 15)
    #expect(abs((offset(world) ?? 0) - 1.5) < 0.1)
  }

  @Test("Unless a person wants it, the clock is never set")
  func never() throws {
    let world = try world(orders: "stop", "clock-offset 10")
    world.pass(seconds: 3600)
    #expect(asked("SETTIME", world).isEmpty)
  }

  @Test(
    "A stopped reader's clock is set to the full second, once, and that is verified and told",
    arguments: [3.2, -7.75, 3600, -120_000])
  func whenStopped(seconds: Double) throws {
    let world = try world(setsWhenStopped, orders: "stop", "clock-offset \(seconds)")
    world.pass(seconds: 30)
    #expect(asked("SETTIME", world).count == 1)
    #expect(abs(offset(world) ?? 9) < 0.03)
    #expect(alarms(world).isEmpty)
    let entry = try #require(world.entries(.readerClockSet).first)
    #expect(world.entries(.readerClockSet).count == 1)
    #expect(entry.message.contains("the reader's clock was set to 2027-01-15") && entry.priority == .notice)
    world.pass(seconds: 3600)
    #expect(asked("SETTIME", world).count == 1)
  }

  @Test("A host that is synchronised and wrong sets no right reader wrong")
  func contradicted() throws {
    let world = try world(setsWhenStopped, orders: "stop")
    world.hostOffset = 3_600_000
    world.pass(seconds: 700)
    #expect(asked("SETTIME", world).isEmpty)
    #expect(world.entries(.clockContradicted).count == 1)
    #expect(alarms(world).isEmpty)
  }

  @Test("A clock is not set by the kernel's word alone before the cloud has had time to contradict it")
  func onlyKernel() throws {
    let world = try world(setsWhenStopped, orders: "stop", "clock-offset 60")
    world.tellCloud("date-offset omit")
    world.pass(seconds: 110)
    #expect(asked("SETTIME", world).isEmpty)
    world.pass(seconds: 30)
    #expect(asked("SETTIME", world).count == 1)
  }

  @Test("While it reads it is never set, however wrong it is; once it is stopped it is")
  func reading() throws {
    let world = try world(setsWhenStopped, orders: "clock-offset 5", "rate 1")
    world.pass(seconds: 1300)
    #expect(asked("SETTIME", world).isEmpty && !alarms(world).isEmpty)
    try world.tellReader("stop")
    world.pass(seconds: 40)
    #expect(asked("SETTIME", world).count == 1 && alarms(world).isEmpty)
  }

  @Test("A reader that a person starts at the last moment is not set")
  func startedMeanwhile() throws {
    let world = try world(setsWhenStopped, orders: "stop", "clock-offset 5")
    #expect(
      world.pass(atMost: 30) { if case .aiming = $0.agent.readerClock.step { true } else { false } })
    try world.tellReader("start")
    world.pass(seconds: 300)
    // Either it was not sent, or the reader refused it; both leave the clock as it was.
    #expect(abs((offset(world) ?? 0) - 5) < 0.05)
    #expect(world.entries(.readerClockSet).allSatisfy { $0.priority == .info })
  }

  @Test("A refusal is no alarm, and is not tried again before ten minutes have passed")
  func refusedSetting() throws {
    let world = try world(setsWhenStopped, orders: "stop", "clock-offset 5", "refuse SETTIME STARTMODE")
    world.pass(seconds: 300)
    #expect(asked("SETTIME", world).count == 1)
    #expect(world.entries(.readerClockSet).map(\.priority) == [.info])
    world.pass(seconds: 700)
    #expect(asked("SETTIME", world).count == 2 && alarms(world).isEmpty)
  }

  @Test("A reader without a known zone is not asked")
  func unknownZone() throws {
    let world = World(zones: onlyUTC)
    world.pass(seconds: 1800)
    #expect(asked("GETTIME", world).isEmpty && offset(world) == nil)
  }
}

@Suite("Ways through a zone")
struct ZoneSearchTests {
  private static let hour: Int64 = 3_600_000
  /// Clocks go forward by an hour at 100 days and back by an hour at 200 days, at 02:00 UTC.
  private static let forward: Int64 = 100 * 86_400_000 + 2 * hour
  private static let back: Int64 = 200 * 86_400_000 + 2 * hour
  private static let standard = hour

  private static func offset(at utc: Int64) -> Int64 {
    (forward..<back).contains(utc) ? standard + hour : standard
  }

  private static let zones: ZoneLookup = { local, zone in
    guard zone == "Here" else { return nil }
    let moments = [local - standard - hour, local - standard].filter { $0 + offset(at: $0) == local }
    return switch moments.count {
    case 0: .never(jump: WallTime(milliseconds: forward))
    case 1: .once(WallTime(milliseconds: moments[0]))
    default: .twice(earlier: WallTime(milliseconds: moments[0]), later: WallTime(milliseconds: moments[1]))
    }
  }

  private func moment(_ local: Int64, near host: Int64, _ zone: String = "Here") -> Int64? {
    ZoneSearch.moment(
      local: local, zone: zone, nearest: WallTime(milliseconds: host), ZoneSearchTests.zones)?.milliseconds
  }

  @Test("In the doubled hour the moment nearest to the host is meant")
  func doubled() {
    for host in [Self.back - 1_200_000, Self.back + 1_200_000] {
      let shown = host + Self.offset(at: host)
      #expect(moment(shown + 2000, near: host) == host + 2000)
    }
  }

  @Test("A clock that was not set forward in time shows the skipped hour, and the nearest moment is meant")
  func skipped() {
    let host = Self.forward + 600_000
    #expect(moment(host + Self.standard, near: host) == host)
    let early = Self.forward - 600_000
    #expect(moment(early + Self.standard + Self.hour, near: early) == early)
  }

  @Test("Local time comes back to its moment, all the year round; in the doubled hour there is none")
  func local() {
    for host in stride(from: Self.forward - 3 * Self.hour, to: Self.back + 4 * Self.hour, by: 1_740_000) {
      let local = ZoneSearch.local(at: WallTime(milliseconds: host), zone: "Here", Self.zones)
      let isDoubled = (Self.back - Self.hour..<Self.back + Self.hour).contains(host)
      #expect(local == (isDoubled ? nil : host + Self.offset(at: host)))
    }
    #expect(ZoneSearch.local(at: WallTime(milliseconds: 0), zone: "There", Self.zones) == nil)
    #expect(moment(0, near: 0, "There") == nil)
  }
}
