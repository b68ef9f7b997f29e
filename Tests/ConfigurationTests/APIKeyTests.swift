import AgentCore
import Configuration
import TestSupport
import Testing

@Suite struct APIKeyTests {
  let folder = TemporaryFolder()

  @Test(arguments: ["ror-abc", "ror-abc\n", "ror-abc\r\n"]) func theKeyIsOneLine(content: String) throws {
    let file = folder.write("key", content, mode: 0o600)
    #expect(try APIKey.read(file: file, credentialsDirectory: nil) == Secret("ror-abc"))
  }

  @Test func theCredentialIsTakenWhenNoFileIsNamedWhateverItsPermissions() throws {
    folder.write("api_key", "from-systemd\n", mode: 0o440)
    let secret = try APIKey.read(file: nil, credentialsDirectory: folder.path)
    #expect(secret.revealed() == "from-systemd")
  }

  @Test func theFileGoesBeforeTheCredential() throws {
    folder.write("api_key", "from-systemd\n", mode: 0o440)
    let file = folder.write("key", "from-file\n", mode: 0o400)
    #expect(try APIKey.read(file: file, credentialsDirectory: folder.path).revealed() == "from-file")
  }

  @Test func withoutFileAndCredentialThereIsNoKey() {
    #expect(throws: APIKeyError.missing) { try APIKey.read(file: nil, credentialsDirectory: nil) }
    #expect(throws: APIKeyError.missing) { try APIKey.read(file: nil, credentialsDirectory: folder.path) }
    let absent = folder.file("absent")
    #expect(throws: APIKeyError.absent(path: absent)) {
      try APIKey.read(file: absent, credentialsDirectory: folder.path)
    }
  }

  @Test(arguments: [UInt32(0o644), 0o640, 0o604]) func aFileThatOthersCanReadIsRefused(mode: UInt32) {
    let file = folder.write("key", "ror-abc\n", mode: mode)
    #expect(throws: APIKeyError.exposed(path: file)) {
      try APIKey.read(file: file, credentialsDirectory: nil)
    }
  }

  @Test(arguments: [
    "", "\n", "two\nlines\n", "with blank", "ümlaut", "tab\there", "nul\0",
    String(repeating: "a", count: 513),
  ])
  func whatIsNoKeyIsRefusedWithoutBeingShown(content: String) throws {
    let file = folder.write("key", content, mode: 0o600)
    let error = #expect(throws: APIKeyError.self) {
      try APIKey.read(file: file, credentialsDirectory: nil)
    }
    guard case .malformed(let path, let reason)? = error else {
      Issue.record("not malformed: \(String(describing: error))")
      return
    }
    #expect(path == file)
    #expect(content.isEmpty || content == "\n" || !reason.contains(content))
  }

  @Test func theLongestKeyIsTaken() throws {
    let key = String(repeating: "k", count: 512)
    let file = folder.write("key", key, mode: 0o600)
    #expect(try APIKey.read(file: file, credentialsDirectory: nil).revealed() == key)
  }

  @Test func aSecretDoesNotShowItself() {
    let secret = Secret("ror-5ecret")
    var dumped = ""
    dump(secret, to: &dumped)
    #expect("\(secret)" == "•••" && String(reflecting: secret) == "•••")
    #expect(!dumped.contains("5ecret"))
    #expect(!"\([secret])\(Optional(secret) as Any)".contains("5ecret"))
  }
}
