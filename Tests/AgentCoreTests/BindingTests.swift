import AgentCore
import JSONDocument
import Testing

@Suite("C1: a serial number is one deviceid, kept before it is used")
struct BindingTests {
  @Test("An unknown reader is bound with type, model, serial number and firmware")
  func bindsUnknownReader() {
    let world = World.settled()
    let bodies = world.sent(.post).map(\.body)
    #expect(
      bodies == [
        ["type": "One4All", "model": "One4All 5", "serial_number": "O4A5-00051", "firmware": "1.1.3.0"]
      ])
    #expect(world.agrees == true)
    #expect(world.cloudState == .ok)
    #expect(world.devices.count == 1)
    #expect(world.disk.map(\.serialNumber) == ["O4A5-00051"])
    #expect(world.misuse.isEmpty)
  }

  @Test("A configured alias is part of binding and reports")
  func aliasIsSent() {
    let world = World.settled { $0.device.alias = "Finish" }
    #expect(world.sent(.post).first?.body?["alias"] == "Finish")
    #expect(world.sent(.patch).first?.body?["alias"] == "Finish")
    #expect(world.devices.first?["alias"] == "Finish")
  }

  @Test("A device that the cloud has already is taken by its deviceid (409)")
  func takesDeviceidOf409() {
    let first = World.settled()
    let second = World(bindings: [])
    second.cloud = first.cloud
    second.pass(seconds: 3)
    #expect(second.disk.first?.deviceid == first.disk.first?.deviceid)
    #expect(second.devices.count == 1)
    #expect(second.agrees == true)
  }

  @Test("A restart binds nothing again")
  func restartBindsNothing() {
    let first = World.settled()
    let second = World(bindings: first.disk)
    second.cloud = first.cloud
    second.pass(seconds: 3)
    #expect(second.sent(.post).isEmpty)
    #expect(second.agrees == true)
  }

  @Test("Nothing goes out under a deviceid before the disk has it")
  func keptBeforeUsed() {
    let world = World()
    world.isDiskFull = true
    world.pass(seconds: 120)
    #expect(world.sent(.get).isEmpty)
    #expect(world.sent(.patch).isEmpty)
    #expect(world.cloudState == .failing)
    #expect(world.entries(.storeFailing).count == 1)
    world.isDiskFull = false
    world.pass(seconds: 60)
    #expect(world.agrees == true)
    #expect(world.sent(.post).count == 1)
    #expect(world.entries(.storeRecovered).count == 1)
  }

  @Test("An answer without a deviceid, or with one that is no name, binds nothing")
  func refusesOddDeviceid() {
    let world = World()
    world.tellCloud("fields missing deviceid")
    world.pass(seconds: 20)
    #expect(world.disk.isEmpty)
    #expect(world.cloudState == .failing)
    world.tellCloud("ok")
    world.pass(seconds: 60)
    #expect(world.agrees == true)
  }
}

@Suite("C6 and C7: swapped readers and removed devices")
struct SwapAndUnbindTests {
  @Test("Another reader on the port gets a device of its own, and the former one's last_seen stops")
  func swappedReader() throws {
    let world = World.settled()
    try world.tellReader("serial-number O4A5-00099")
    world.pass(seconds: 15)
    let before = world.devices.first { $0["serial_number"] == "O4A5-00051" }?["last_seen"]
    world.pass(seconds: 120)
    #expect(world.devices.count == 2)
    #expect(world.devices.first { $0["serial_number"] == "O4A5-00051" }?["last_seen"] == before)
    #expect(world.status["reader"]?["serial_number"] == "O4A5-00099")
    #expect(world.agrees == true)
    #expect(world.entries(.readerSwapped).count == 1)
    #expect(world.misuse.isEmpty)
    #expect(Set(world.disk.map(\.deviceid)).count == 2)
  }

  @Test("The former reader comes back to its own device")
  func formerReaderReturns() throws {
    let world = World.settled()
    try world.tellReader("serial-number O4A5-00099")
    world.pass(seconds: 40)
    try world.tellReader("serial-number O4A5-00051")
    world.pass(seconds: 40)
    #expect(world.sent(.post).count == 2)
    #expect(world.devices.count == 2)
    #expect(world.agrees == true)
  }

  @Test("A removed device is held, told once, and never bound again by itself")
  func removedDeviceIsHeld() {
    let world = World.settled()
    world.tellCloud("unbind O4A5-00051")
    #expect(world.pass(atMost: 60) { $0.cloudState == .unbound })
    world.clearRequests()
    world.pass(seconds: 600)
    #expect(world.sent(.post).isEmpty)
    #expect(world.sent(.patch).isEmpty)
    #expect(world.devices.isEmpty)
    #expect(world.agrees == false)
    #expect(world.entries(.deviceUnbound).count == 1)
  }

  @Test("A technician's bind makes it a device again")
  func bindCommand() {
    let world = World.settled()
    world.tellCloud("unbind O4A5-00051")
    #expect(world.pass(atMost: 60) { $0.cloudState == .unbound })
    world.take(.bindRequested)
    world.pass(seconds: 5)
    #expect(world.devices.count == 1)
    #expect(world.agrees == true)
    #expect(world.cloudState == .ok)
  }

  @Test("With rebind = yes it is bound again by itself")
  func rebind() {
    let world = World.settled { $0.cloud.rebind = true }
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 60)
    #expect(world.devices.count == 1)
    #expect(world.agrees == true)
  }
}

@Suite("C5: the cloud's device belongs to another serial number")
struct ConflictTests {
  @Test("Nothing is sent, both are named, and a person's correction ends it")
  func conflict() {
    let world = World.settled()
    world.tellCloud("set O4A5-00051 serial_number O4A5-77777")
    #expect(world.pass(atMost: 60) { $0.cloudState == .conflict })
    world.clearRequests()
    world.pass(seconds: 300)
    #expect(world.sent(.patch).isEmpty)
    #expect(world.sent(.post).isEmpty)
    #expect(world.agrees == false)
    let alarm = world.entries(.deviceConflict)
    #expect(alarm.count == 1)
    #expect(alarm.first?.message.contains("O4A5-77777") == true)
    #expect(alarm.first?.message.contains("O4A5-00051") == true)
    #expect(alarm.first?.priority == .alert)
    world.tellCloud("set \(world.disk[0].deviceid) serial_number O4A5-00051")
    world.pass(seconds: 90)
    #expect(world.cloudState == .ok)
    #expect(world.agrees == true)
  }

  @Test("A restart reads before it writes: not one report goes to another reader's device")
  func restartReadsFirst() {
    let first = World.settled()
    first.tellCloud("set O4A5-00051 serial_number O4A5-77777")
    let second = World(bindings: first.disk)
    second.cloud = first.cloud
    second.pass(seconds: 120)
    #expect(second.cloudState == .conflict)
    #expect(second.sent(.patch).isEmpty)
  }
}
