import AgentCore
import Testing

@Suite("The documentation of the status")
struct DocumentationTests {
  @Test("docs/status.md is what the catalogue says: members, states of reader and cloud")
  func statusPage() throws {
    try Golden.expect(StatusCatalogue.markdown, isFile: Golden.root + "/docs/status.md")
  }

  @Test(
    "The documents of these tests have the members that the daemon's have",
    arguments: StatusDocuments.all.map(\.0))
  func fixtures(name: String) throws {
    let document = try #require(StatusDocuments.all.first { $0.0 == name }?.1)
    let listed = StatusCatalogue.members.map(\.path)
    for path in StatusDocuments.paths(of: document) { #expect(listed.contains(path), "\(path)") }
    let top = listed.filter { !$0.contains("[]") }
    #expect(Set(StatusDocuments.paths(of: document)).isSuperset(of: top))
  }
}
