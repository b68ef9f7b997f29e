import LinuxSystem
import TestSupport
import Testing

@Suite("Memory is read within bounds")
struct MemoryAccessTests {
  private static let unchecked = [
    "withUnsafe", "withUTF8Buffer", "withContiguousStorage", "Unsafe", "unsafeLoad", "fromUnchecked",
  ]

  @Test("The protocol has unchecked memory access in WideAccess.swift alone, as docs/performance.md says")
  func protocolIsChecked() throws {
    #expect(try unchecked(under: "Sources/Protocol") == ["WideAccess.swift"])
  }

  @Test("The core and its tests have none, so AddressSanitizer can do without them")
  func coreIsChecked() throws {
    #expect(try unchecked(under: "Sources/Core").isEmpty)
    #expect(try unchecked(under: "Tests/AgentCoreTests").isEmpty)
  }

  /// The names of the files in a folder that read memory without a check of bounds.
  private func unchecked(under folder: String) throws -> Set<String> {
    var found: Set<String> = []
    for file in try swiftFiles(under: "\(root)/\(folder)") {
      let text = String(decoding: try Files.read(file), as: UTF8.self)
      if Self.unchecked.contains(where: text.contains) { found.insert(Files.name(of: file)) }
    }
    return found
  }
}
