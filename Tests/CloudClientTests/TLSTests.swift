import AgentCore
import LinuxSystem
import TestSupport
import Testing

@testable import CloudClient

@Suite("TLS to the cloud")
struct TLSTests {
  private let authority: Authority

  init() throws { authority = try Authority() }

  private func server(
    from start: String = "200101000000Z", until end: String = "491231000000Z", _ options: [String] = []
  ) throws -> TLSServer {
    let issued = try authority.issue("server", from: start, until: end)
    return try TLSServer(certificate: issued.certificate, key: issued.key, options)
  }

  @Test("works with an authority of one's own")
  func trusted() throws {
    let server = try server()
    let answer = try TestedWorker(server.url, caFile: authority.certificate).answer()
    #expect(answer.status == 200)
    guard case .other(let page) = answer.body else {
      Issue.record("\(answer.body)")
      return
    }
    #expect(page.hasPrefix("<HTML>"))
  }

  @Test("ends when nobody vouches for the server")
  func untrusted() throws {
    let server = try server()
    #expect(try TestedWorker(server.url).failure().name == "untrusted")
  }

  @Test("ends when another authority vouches for the server, whatever the system trusts")
  func otherAuthority() throws {
    let server = try server()
    let other = try Authority()
    #expect(try TestedWorker(server.url, caFile: other.certificate).failure().name == "untrusted")
  }

  @Test("ends when the certificate is another host's")
  func otherHost() throws {
    let server = try server()
    let url = "https://localhost:\(server.port)"
    #expect(try TestedWorker(url, caFile: authority.certificate).failure().name == "untrusted")
  }

  @Test("says so when the certificate has expired")
  func expired() throws {
    let server = try server(from: "200101000000Z", until: "200201000000Z")
    let client = try TestedWorker(server.url, caFile: authority.certificate)
    #expect(try client.failure() == .certificateExpired)
  }

  @Test("says so when the certificate is not yet valid")
  func notYetValid() throws {
    let server = try server(from: "480101000000Z", until: "491231000000Z")
    let client = try TestedWorker(server.url, caFile: authority.certificate)
    #expect(try client.failure() == .certificateNotYetValid)
  }

  @Test("is never older than 1.2")
  func oldVersion() throws {
    let server = try server(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    let client = try TestedWorker(server.url, caFile: authority.certificate)
    #expect(try client.failure().name == "untrusted")
  }

  @Test("times out when the server says nothing")
  func mute() throws {
    let server = try ScriptedServer { _, _ in .silence }
    let client = try TestedWorker("https://127.0.0.1:\(server.port)", connectTimeout: .milliseconds(300))
    #expect(try client.failure().name == "timedOut")
  }

  @Test("takes the system's folder of authorities only when they can be found there")
  func systemFolder() {
    let folder = TemporaryFolder()
    folder.write("bundle/ca-certificates.crt", "")
    #expect(!SystemAuthorities.isHashed(folder.file("none")))
    #expect(!SystemAuthorities.isHashed(folder.file("bundle")))
    folder.write("hashed/002c0b4f.0", "")
    #expect(SystemAuthorities.isHashed(folder.file("hashed")))
  }
}
