import JSONDocument
import Testing

@testable import AgentCore

@Suite("What the reader's status alone shows to be wrong")
struct StatusRuleTests {
  private func messages(_ world: World) -> [String] {
    (world.status["conditions"]?.array ?? []).filter { $0["event"] == "battery-low" }
      .compactMap { $0["message"]?.string }
  }

  private func tell(_ world: World, _ orders: String...) throws {
    for order in orders { try world.tellReader(order) }
    world.pass(seconds: 40)
  }

  @Test("A battery of 15 percent without mains is told once, until it has 20 percent or there is mains")
  func battery() throws {
    let world = World.settled()
    try tell(world, "battery 12")
    #expect(messages(world).isEmpty)
    try tell(world, "mains off", "battery 16.9")
    #expect(messages(world).isEmpty && world.entries(.batteryLow).isEmpty)
    try tell(world, "battery 14.5")
    #expect(messages(world) == ["the reader runs without mains, and its battery is at 14 percent"])
    let begun = try #require(world.status["conditions"]?.array?.first)
    #expect(begun["severity"] == "warning" && world.status["well"] == true)
    #expect(EventName.batteryLow.remedy == "connect mains or change the battery")
    try tell(world, "battery 19.5")
    #expect(messages(world) == ["the reader runs without mains, and its battery is at 19 percent"])
    #expect(world.entries(.batteryLow).count == 1)
    try tell(world, "battery 21")
    #expect(messages(world).isEmpty && world.entries(.batteryLow).last?.priority == .notice)
    try tell(world, "battery 14.5")
    try tell(world, "mains on")
    #expect(messages(world).isEmpty)
    #expect(world.entries(.batteryLow).map(\.priority) == [.warning, .notice, .warning, .notice])
  }

  @Test("Another reader is judged anew")
  func swapped() throws {
    let world = World.settled()
    try tell(world, "mains off", "battery 14.5")
    try tell(world, "battery 17.5", "serial-number O4A5-00099")
    #expect(!world.entries(.readerSwapped).isEmpty)
    #expect(messages(world).isEmpty && world.entries(.batteryLow).count == 1)
  }
}
