import JSONDocument
import Testing

@testable import AgentCore

@Suite("The status document")
struct StatusTests {
  private func names(_ value: JSONValue?) -> [String] { value?.object?.members.map(\.name) ?? [] }

  @Test("It has the members of the contract, whatever is known", arguments: [0.0, 5.0])
  func members(seconds: Double) {
    let world = World()
    world.pass(seconds: seconds)
    let status = world.status
    #expect(status["schema"] == "one4all.status/1")
    #expect(
      names(status) == [
        "schema", "version", "now", "uptime_seconds", "well", "summary", "advice", "reader", "cloud",
        "device",
        "passings",
        "frames", "clock", "conditions",
      ])
    #expect(
      Set(names(status["reader"])).isSuperset(of: [
        "state", "port", "serial_number", "model", "firmware", "time_zone", "session_file", "last_frame_at",
        "battery_percent",
      ]))
    #expect(
      Set(names(status["cloud"])).isSuperset(of: [
        "state", "deviceid", "last_heartbeat_at", "heartbeat_request", "next_attempt_at", "last_error",
      ]))
    #expect(
      names(status["passings"]) == [
        "captured", "stored", "acknowledged", "waiting", "rejected", "lost", "gaps", "unconfirmed",
        "undecided", "doubtful", "unwritten", "dropped", "forward", "hold", "well",
      ])
    #expect(names(status["frames"]) == ["passing", "reply", "malformed", "unknown_form", "bytes"])
  }

  @Test("Its first line says whether all is well")
  func well() throws {
    let world = World.settled()
    #expect(world.status["well"] == true)
    #expect(world.status["summary"]?.string?.hasPrefix("reader O4A5-00051 connected, cloud ok") == true)
    #expect(world.status["conditions"] == [])
    try world.tellReader("mute")
    world.pass(seconds: 60)
    #expect(world.status["well"] == false)
    #expect(world.status["conditions"]?.array?.first?["event"] == "reader-silent")
    #expect(world.status["conditions"]?.array?.first?["severity"] == "warning")
  }

  @Test("The age of the last frame and its time belong together")
  func lastFrame() throws {
    let world = World.settled()
    try world.tellReader("mute")
    world.pass(seconds: 100)
    let reader = try #require(world.status["reader"])
    let age = try #require(reader["last_frame_age_seconds"]?.number)
    let at = try #require(reader["last_frame_at"]?.string.flatMap(WallTime.init(iso8601:)))
    #expect(age > 95 && age <= 103)
    #expect(abs((world.now.wall - at) - .milliseconds(Int64(age * 1000))) <= .milliseconds(100))
  }

  @Test("The worst condition stands first")
  func order() throws {
    let world = World.settled()
    try world.tellReader("mute")
    world.pass(seconds: 40)
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 60)
    let events = world.status["conditions"]?.array?.compactMap { $0["event"]?.string }
    #expect(events == ["device-unbound", "reader-silent"])
  }

  @Test("Every state has a text for the documentation")
  func helps() {
    #expect(CloudState.allCases.allSatisfy { !$0.help.isEmpty })
    #expect(ReaderState.allCases.allSatisfy { !$0.help.isEmpty })
  }

  @Test("A secret is nowhere to be seen")
  func secret() {
    let secret = Secret("ror-secret")
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("ror-secret"))
    #expect(secret.revealed() == "ror-secret")
  }
}
