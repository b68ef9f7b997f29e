import JSONDocument
import One4AllProtocol
import Testing

@testable import AgentCore

@Suite("A reader that does not do as it should")
struct ReaderTroubleTests {
  @Test("One that refuses to say who it is is asked again, however long the poll interval")
  func refusedStatus() throws {
    let world = World { $0.reader.pollInterval = .seconds(3600) }
    try world.tellReader("refuse GETSTATUS ERR")
    world.pass(seconds: 8)
    #expect(world.agrees == true)
    #expect(world.entries(.readerRefused).count == 1)
  }

  @Test(
    "A command that was refused once is asked again until it is answered", arguments: ["PING", "GETPROTOCOL"])
  func refusedOnce(command: String) throws {
    let world = World()
    try world.tellReader("refuse \(command) ERR")
    world.pass(seconds: 15)
    #expect(world.entries(.readerRefused).count == 1)
    #expect(world.status["conditions"] == [])
  }

  @Test("One whose status cannot be read is known as soon as it can")
  func unreadableStatus() throws {
    let world = World { $0.reader.pollInterval = .seconds(3600) }
    try world.tellReader("status-length 12")
    world.pass(seconds: 60)
    #expect(world.status["reader"]?["serial_number"] == .null)
    #expect(world.cloudState == .waiting)
    #expect(world.requests.isEmpty)
    try world.tellReader("status-length off")
    world.pass(seconds: 10)
    #expect(world.agrees == true)
  }

  @Test("One that took the place of another unseen is told to push at once")
  func swappedUnseen() throws {
    let world = World.settled()
    try world.tellReader("serial-number O4A5-00099")
    let before = world.commands.count
    #expect(world.pass(atMost: 12) { !$0.entries(.readerSwapped).isEmpty })
    world.pass(seconds: 0.5)
    #expect(world.commands.dropFirst(before).contains { $0.text == "PUSHTAGS;true" })
  }

  @Test("A status that nobody asked for changes nothing")
  func unaskedStatus() throws {
    let world = World.settled()
    let other = try #require(world.agent.session.status?.rawLine)
      .split(separator: ";", omittingEmptySubsequences: false)
      .enumerated().map { $0.offset == 3 ? "O4A5-77777" : String($0.element) }.joined(separator: ";")
    world.hear(Array("\(other)\r\n".utf8))
    world.pass(seconds: 1)
    #expect(world.status["reader"]?["serial_number"] == "O4A5-00051")
    #expect(world.entries(.readerSwapped).isEmpty)
  }

  @Test("What belongs to a former opening of the line is ignored")
  func formerOpening() {
    let world = World.settled()
    let former = world.agent.session.opening - 1
    world.take(.line(.failed(opening: former, .lost(reason: "unplugged"))))
    world.pass(seconds: 1)
    #expect(world.readerState == .connected)
    #expect(world.entries(.readerLost).isEmpty)
  }

  @Test("Empty lines are no sign of life")
  func emptyLines() throws {
    let world = World.settled()
    try world.tellReader("mute")
    for _ in 0..<60 {
      world.hear(Array("\r\n".utf8))
      world.pass(seconds: 1)
    }
    #expect(world.readerState != .connected)
  }

  @Test(
    "A port that cannot be used says why",
    arguments: [
      (LineFailure.notPermitted(path: "/dev/ttyUSB0"), "dialout"),
      (.notATerminal(path: "/dev/ttyUSB0"), "neither a serial port nor a pty"),
      (.failed(operation: "open", path: "/dev/ttyUSB0", number: 5, reason: "Input/output error"), "open"),
    ])
  func unusable(failure: LineFailure, words: String) throws {
    let world = World.settled()
    world.take(.line(.failed(opening: world.agent.session.opening, failure)))
    #expect(world.readerState == .unusable)
    #expect(world.agent.session.stateReason(by: world.agent.problems)?.contains(words) == true)
    #expect(world.entries(.readerUnusable).count == 1)
    world.pass(seconds: 5)
    #expect(world.readerState == .connected)
  }

  @Test("A line that opens and is lost at once is unusable, and tried ever less often")
  func lostAtOnce() {
    let world = World.settled()
    world.plug = .unplugged
    world.pull()
    world.pass(seconds: 1)
    let before = world.openings.count
    var waits: [Int64] = []
    for _ in 0..<8 {
      let opening = world.agent.session.opening
      world.take(.line(.opened(opening: opening, device: "/dev/ttyUSB0")))
      world.take(.line(.failed(opening: opening, .lost(reason: "hung up"))))
      let from = world.elapsed
      _ = world.pass(atMost: 10) { $0.openings.last.map { $0 > from } ?? false }
      waits.append(world.elapsed - from)
    }
    #expect(world.openings.count > before)
    #expect(waits.last.map { $0 >= 1500 } == true, "\(waits)")
  }

  @Test("Another port in the settings is another reader: nothing of the former one is kept on show")
  func otherPort() {
    let world = World.settled()
    world.settings.reader.port = .tcp(host: "reader.local", port: 10_002)
    world.plug = .unplugged
    world.take(.reloaded(world.settings, bindings: nil))
    #expect(world.status["reader"]?["serial_number"] == .null)
    #expect(world.cloudState == .waiting)
    world.plug = .plugged
    world.pass(seconds: 20)
    #expect(world.readerState == .connected)
    #expect(world.agrees == true)
    #expect(world.sent(.post).count == 1)
  }

  @Test("Settings that do not touch the line leave it open")
  func samePort() {
    let world = World.settled()
    let before = world.openings.count
    world.settings.reader.pollInterval = .seconds(2)
    world.take(.reloaded(world.settings, bindings: nil))
    world.pass(seconds: 21)
    #expect(world.openings.count == before)
    #expect(world.commands.filter { $0.text == "GETSTATUS" }.count >= 10)
  }

  @Test("Noise between the frames is counted and harms nothing")
  func noise() throws {
    let world = World.settled()
    try world.tellReader("noise 0.5")
    world.pass(seconds: 300)
    #expect(world.readerState == .connected)
    #expect(world.agrees == true)
    #expect(world.misuse.isEmpty)
  }
}
