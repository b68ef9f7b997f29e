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
    let files = try swiftFiles(under: "\(root)/Sources/Protocol")
    var found: Set<String> = []
    for file in files {
      let text = String(decoding: try Files.read(file), as: UTF8.self)
      if Self.unchecked.contains(where: text.contains) { found.insert(Files.name(of: file)) }
    }
    #expect(found == ["WideAccess.swift"])
  }
}
