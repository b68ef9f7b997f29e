import AgentCore
import Testing

@Suite("Names of what is imported")
struct ImportNameTests {
  @Test(
    "are any that a person can read and that name no other place",
    arguments: ["finish line.csv", "終点", "a.b"])
  func good(name: String) { #expect(ImportName.fault(ofFile: name) == nil) }

  @Test(
    "are none that hide something, or lead elsewhere",
    arguments: [
      "", ".", "..", "a/b", " a", "a ", "a\nb", "a\u{1B}[2Jb", "a\u{202E}b",
      String(repeating: "a", count: 101),
    ])
  func bad(name: String) { #expect(ImportName.fault(ofFile: name) != nil) }

  @Test("Serial numbers are visible characters")
  func serialNumbers() {
    #expect(ImportName.fault(ofSerialNumber: "O4A5-00051") == nil)
    for name in ["", "a b", "a/b", "ä", String(repeating: "1", count: 65)] {
      #expect(ImportName.fault(ofSerialNumber: name) != nil, "\(name)")
    }
  }
}
