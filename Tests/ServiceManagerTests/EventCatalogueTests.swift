import AgentCore
import Glibc
import LinuxSystem
import Testing

@Suite("The registered events")
struct EventCatalogueTests {
  private let page = Files.parent(of: Files.parent(of: Files.parent(of: #filePath))) + "/docs/events.md"

  @Test("are what docs/events.md says")
  func documented() throws {
    // ONE4ALL_WRITE_DOCS=1 swift test --filter EventCatalogueTests writes the page anew.
    if getenv("ONE4ALL_WRITE_DOCS") != nil {
      try Files.replace(page, with: Array(EventCatalogue.markdown.utf8))
    }
    let committed = String(decoding: try Files.read(page), as: UTF8.self)
    let same = committed == EventCatalogue.markdown
    #expect(same, "docs/events.md is out of date: run the tests once with ONE4ALL_WRITE_DOCS=1")
  }

  @Test("have message ids that systemd takes, each its own")
  func messageIDs() {
    let identifiers = EventName.allCases.map(\.messageID)
    #expect(Set(identifiers).count == identifiers.count)
    for identifier in identifiers {
      #expect(identifier.utf8.count == 32)
      #expect(identifier.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }, "\(identifier)")
    }
  }

  @Test("and their fields have names that the journal takes")
  func names() {
    for event in EventName.allCases {
      #expect(event.rawValue.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz-".utf8.contains($0) })
      #expect(!event.meaning.isEmpty)
    }
    for field in JournalField.allCases {
      #expect(field.rawValue.utf8.allSatisfy { "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_".utf8.contains($0) })
      #expect(!field.rawValue.hasPrefix("_"))
      #expect(!field.help.isEmpty)
    }
  }
}
