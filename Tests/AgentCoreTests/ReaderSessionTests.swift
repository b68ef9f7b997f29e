import AgentCore
import JSONDocument
import Testing

@Suite("The conversation with the reader")
struct ReaderSessionTests {
  @Test("After opening: PING, GETPROTOCOL, GETSTATUS, again as one proves nothing, then push mode")
  func handshake() {
    let world = World.settled()
    #expect(
      Array(world.commands.map(\.text).prefix(5))
        == ["PING", "GETPROTOCOL", "GETSTATUS", "GETSTATUS", "PUSHTAGS;true"])
    #expect(world.readerState == .connected)
  }

  @Test("One command at a time: the next goes out when the former is answered")
  func oneAtATime() throws {
    let world = World()
    try world.tellReader("mute")
    world.pass(seconds: 2)
    #expect(world.commands.map(\.text) == ["PING"])
  }

  @Test("GETSTATUS is asked every poll interval, and when the session file is counted")
  func polls() {
    let world = World.settled()
    world.pass(seconds: 300)
    let times = world.commands.filter { $0.text == "GETSTATUS" }.map(\.at)
    #expect((28...45).contains(times.count))
  }

  @Test("With a long poll interval and a short silence timeout PING keeps the reader connected")
  func pings() {
    let world = World.settled {
      $0.reader.pollInterval = .seconds(3600)
      $0.reader.silenceTimeout = .seconds(3)
    }
    world.pass(seconds: 120)
    #expect(world.readerState == .connected)
    #expect(world.entries(.readerSilent).isEmpty)
    #expect(world.commands.filter { $0.text == "PING" }.count > 50)
  }

  @Test("A port that is not there is absent, looked for often, told once, and found")
  func absent() {
    let world = World()
    world.plug = .unplugged
    world.pass(seconds: 0.01)
    world.take(.line(.failed(opening: 1, .absent(path: "/dev/ttyUSB0", present: []))))
    world.pass(seconds: 120)
    #expect(world.readerState == .absent)
    #expect(world.entries(.readerAbsent).count == 1)
    let gaps = zip(world.openings, world.openings.dropFirst()).map { $1 - $0 }
    #expect(gaps.allSatisfy { $0 <= 3001 })
    world.plug = .plugged
    world.pass(seconds: 5)
    #expect(world.readerState == .connected)
    #expect(world.entries(.readerConnected).count <= 2)
  }

  @Test("A cable pulled and put back heals by itself")
  func pulled() {
    let world = World.settled()
    world.pull()
    world.pass(seconds: 20)
    #expect(world.readerState == .absent)
    #expect(world.entries(.readerLost).count == 1)
    world.plug = .plugged
    world.pass(seconds: 5)
    #expect(world.readerState == .connected)
    #expect(world.agrees == true)
  }

  @Test("A port that another process holds is busy, with its name")
  func busy() {
    let world = World.settled()
    world.pull()
    world.plug = .busy
    world.pass(seconds: 10)
    #expect(world.readerState == .busy)
    #expect(world.status["reader"]?["reason"]?.string?.contains("minicom (pid 7)") == true)
  }

  @Test(
    "A silent reader is told once; its line is opened afresh ever less often, and it is asked all the while")
  func silent() throws {
    let world = World.settled()
    try world.tellReader("mute")
    world.pass(seconds: 33)
    #expect(world.readerState == .silent)
    world.pass(seconds: 600)
    #expect(world.readerState == .silent)
    #expect(world.entries(.readerSilent).count == 1)
    #expect((5...40).contains(world.openings.count))
    let recent = world.commands.filter { $0.at > 540_000 && $0.text == "PING" }
    #expect(recent.count >= 10)
    try world.tellReader("unmute")
    world.pass(seconds: 10)
    #expect(world.readerState == .connected)
  }

  @Test("What speaks another protocol is foreign, with a few of its bytes")
  func foreign() throws {
    let world = World()
    try world.tellReader("foreign on")
    world.pass(seconds: 40)
    #expect(world.readerState == .foreign)
    #expect(world.status["reader"]?["reason"]?.string?.contains("$GP") == true)
    #expect(world.entries(.readerForeign).count == 1)
    try world.tellReader("foreign off")
    world.pass(seconds: 30)
    #expect(world.readerState == .connected)
  }

  @Test("A reader that restarts gets push mode again")
  func restart() throws {
    let world = World.settled()
    let before = world.commands.filter { $0.text == "PUSHTAGS;true" }.count
    try world.tellReader("reboot 2")
    world.pass(seconds: 20)
    #expect(world.commands.filter { $0.text == "PUSHTAGS;true" }.count > before)
    #expect(world.readerState == .connected)
    try world.tellReader("start")
    try world.tellReader("pass 17 1")
    world.pass(seconds: 1)
    #expect(world.passings.summaries.map(\.stored).reduce(0, +) == 1)
  }

  @Test("A refused command is told once and counted")
  func refused() throws {
    let world = World()
    for _ in 0..<5 { try world.tellReader("refuse GETPROTOCOL ERR") }
    world.pass(seconds: 10)
    #expect(world.entries(.readerRefused).count == 1)
    #expect(world.readerState == .connected)
  }

  @Test(
    "A command that is never answered keeps no other from being asked",
    arguments: ["GETPROTOCOL", "PUSHTAGS;true"])
  func unanswered(command: String) {
    let world = World()
    world.pull()
    world.swallowed = [command]
    world.plug = .plugged
    world.pass(seconds: 8)
    #expect(world.readerState == .connected)
    #expect(world.agrees == true)
    world.pass(seconds: 120)
    #expect(world.entries(.readerRefused).count == 1)
    #expect(world.readerState == .connected)
  }

  @Test("A status without CR LF is understood")
  func statusWithoutLineEnd() throws {
    let world = World()
    try world.tellReader("status-without-crlf on")
    world.pass(seconds: 10)
    #expect(world.status["reader"]?["firmware"] == "1.1.3.0")
    #expect(world.agrees == true)
  }
}
