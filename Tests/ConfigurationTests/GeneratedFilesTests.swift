import Configuration
import Glibc
import LinuxSystem
import Testing

/// The committed sample file and reference are what the declarations say. After a change of the declarations,
/// run these tests once with `ONE4ALL_REGENERATE=1` in the environment: they then write the files.
@Suite struct GeneratedFilesTests {
  private let root = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))
  private let isRegenerating = getenv("ONE4ALL_REGENERATE") != nil

  @Test func theSampleFileIsUpToDate() throws {
    let path = "\(root)/config/one4alld.conf"
    if isRegenerating { try Files.replace(path, with: Array(ConfigurationReference.sampleFile.utf8)) }
    #expect(String(decoding: try Files.read(path), as: UTF8.self) == ConfigurationReference.sampleFile)
  }

  @Test func theReferenceIsUpToDate() throws {
    let path = "\(root)/docs/configuration.md"
    let parts = String(decoding: try Files.read(path), as: UTF8.self)
      .split(separator: ConfigurationReference.marker, omittingEmptySubsequences: false)
    #expect(parts.count == 2)
    let generated = "\n\n\(ConfigurationReference.tables)"
    if isRegenerating, let hand = parts.first {
      try Files.replace(path, with: Array("\(hand)\(ConfigurationReference.marker)\(generated)".utf8))
    } else {
      #expect(parts.last.map(String.init) == generated)
    }
  }

  @Test func theSampleFileIsWithoutFault() throws {
    #expect(try load(ConfigurationReference.sampleFile) == load(""))
  }

  @Test func theSampleFileWithAllKeysOpenedSaysTheDefaults() throws {
    let opened = ConfigurationReference.sampleFile.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#") && !$0.hasPrefix("# ") && $0.count > 1 ? $0.dropFirst() : $0 }
      .joined(separator: "\n")
    let loaded = try load(opened)
    #expect(try loaded.settings == load("").settings)
    #expect(loaded.origin(of: "reader.port") != .standard && loaded.origin(of: "log.level") != .standard)
  }
}
