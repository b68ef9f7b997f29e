import AgentCore
import ReaderLine
import TestSupport
import Testing

@Suite struct PortInventoryTests {
  @Test func `ports are named by their devices, each once`() {
    let devices = SerialPorts.list().map(\.device)
    #expect(devices.allSatisfy { $0.hasPrefix("/dev/") })
    #expect(Set(devices).count == devices.count)
  }

  @Test func `the holder of a port is named`() throws {
    let pty = try TestedPty()
    let other = try OtherProcess("exec sleep 600 <\(pty.path)")
    let expected = [PortHolder(processID: other.processID, name: "sleep")]
    #expect(eventually { PortHolders.of(pty.path) == expected })
  }

  @Test func `a path that does not exist has no holders`() {
    #expect(PortHolders.of("/dev/no-such-port").isEmpty)
  }
}
