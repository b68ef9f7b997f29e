import AgentCore
import Testing

@Suite("The documentation of the status")
struct DocumentationTests {
  @Test("docs/status.md is what the catalogue says: members, states of reader and cloud")
  func statusPage() throws {
    try Golden.expect(StatusCatalogue.markdown, isFile: Golden.root + "/docs/status.md")
  }
}
