import AgentCore
import CloudClient
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

@Suite("Requests without an answer")
struct FailureTests {
  @Test("time out when the answer is slow")
  func slow() throws {
    let server = try ScriptedServer { _, _ in .silence }
    let client = try TestedWorker(server.url, requestTimeout: .milliseconds(300))
    #expect(try client.failure().name == "timedOut")
  }

  @Test("time out when the answer stops in the middle")
  func stalled() throws {
    let server = try ScriptedServer { _, _ in .text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab") }
    let client = try TestedWorker(server.url, requestTimeout: .milliseconds(300))
    #expect(try client.failure().name == "timedOut")
  }

  @Test(
    "are interrupted when the connection breaks before, in or instead of the answer",
    arguments: [
      ScriptedServer.Reply.reset, .lastText(""), .lastText("HTTP/1.1 200 OK\r\nContent-Le"),
      .lastText("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), .lastText("SSH-2.0-OpenSSH_9.2\r\n"),
    ])
  func interrupted(_ reply: ScriptedServer.Reply) throws {
    let server = try ScriptedServer { _, _ in reply }
    #expect(try TestedWorker(server.url).failure().name == "interrupted")
  }

  @Test("are followed by a new connection, and the next one works")
  func afresh() throws {
    let server = try ScriptedServer { _, index in
      index == 0 ? .lastText("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") : ScriptedServer.answer("200 OK")
    }
    let client = try TestedWorker(server.url)
    #expect(try client.failure().name == "interrupted")
    #expect(try client.answer().status == 200)
    #expect(try client.answer().status == 200)
    #expect(server.requests.map(\.connection) == [0, 1, 1])
  }

  @Test("send again by themselves what may be sent twice, and never what is to be sent once")
  func sentOnce() throws {
    for isSentOnce in [false, true] {
      let server = try ScriptedServer { request, _ in
        request.line.hasPrefix("POST") ? .lastText("") : ScriptedServer.answer("200 OK")
      }
      let client = try TestedWorker(server.url)
      #expect(try client.answer().status == 200)
      let result = try client.result(.post, "/sessions", body: ["alias": "x"], isSentOnce: isSentOnce)
      guard case .failure(.interrupted) = result else {
        Issue.record("\(result)")
        return
      }
      let posts = server.requests.filter { $0.line.hasPrefix("POST") }
      #expect(posts.count == (isSentOnce ? 1 : 2))
    }
  }

  @Test("find nobody when the port is closed")
  func refused() throws {
    let port: UInt16
    do { port = try Sockets.port(of: try Sockets.listen(loopbackPort: 0)) }
    #expect(try TestedWorker("http://127.0.0.1:\(port)").failure().name == "unreachable")
  }

  @Test("find nobody when the host has no address")
  func unresolved() throws {
    // A label of more than 63 letters: refused on this machine, without asking a name server.
    let host = String(repeating: "a", count: 64) + ".invalid"
    #expect(try TestedWorker("https://\(host)").failure().name == "unresolved")
  }

  @Test(
    "do not go out in the clear to another machine",
    arguments: ["http://192.0.2.1", "http://127.0.0.1.example", "http://example.com/v0", "http://128.0.0.1"])
  func plain(_ url: String) throws {
    let failure = try TestedWorker(url).failure()
    #expect(failure.name == "misconfigured")
    #expect("\(failure)".contains("only https is allowed"))
  }

  @Test(
    "do not go out to an address that is none or holds more than it should",
    arguments: [
      "", "ftp://127.0.0.1", "file:///etc/passwd", "https://user:word@example.com",
      "https://example.com/?a=b",
      "https://exa mple.com", "https://",
    ])
  func badAddress(_ url: String) throws {
    #expect(try TestedWorker(url).failure().name == "misconfigured")
  }

  @Test("do not leave the host by way of their path", arguments: ["@example.com/", ".example.com/", ""])
  func badPath(_ path: String) throws {
    let server = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK") }
    let client = try TestedWorker("http://127.0.0.1:\(server.port)")
    #expect(try client.failure(.get, path).name == "misconfigured")
    #expect(server.connectionCount == 0)
  }

  @Test(
    "do not go out with a key that no header can carry",
    arguments: ["", "two\r\nlines", "with space", "schlüssel"])
  func badKey(_ key: String) throws {
    let server = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK") }
    let client = try TestedWorker()
    client.worker.configure(
      CloudAccess(url: server.url, authHeader: "api_key", key: Secret(key), userAgent: "test"))
    let failure = try client.failure()
    #expect(failure.name == "misconfigured")
    #expect(key.isEmpty || !"\(failure)".contains(key))
    #expect(server.connectionCount == 0)
  }

  @Test("do not go through a proxy when they go to this machine in the clear")
  func plainPastProxy() throws {
    let proxy = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK") }
    let server = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK") }
    let client = try TestedWorker(server.url, proxy: "http://127.0.0.1:\(proxy.port)")
    #expect(try client.answer().status == 200)
    #expect(proxy.connectionCount == 0)
  }

  @Test("ask the proxy that is set for a tunnel, and do not show it the key")
  func tunnel() throws {
    let proxy = try ScriptedServer { _, _ in ScriptedServer.answer("502 Bad Gateway") }
    let client = try TestedWorker("https://cloud.invalid", proxy: "127.0.0.1:\(proxy.port)")
    let failure = try client.failure()
    #expect(failure.name == "unreachable")
    #expect("\(failure)".contains("the proxy answers 502"))
    #expect(proxy.requests.first?.line == "CONNECT cloud.invalid:443 HTTP/1.1")
    #expect(proxy.requests.first?.headers["api_key"] == nil)
  }

  @Test("do not go out when the proxy has no valid address")
  func badProxy() throws {
    #expect(
      try TestedWorker("https://cloud.invalid", proxy: "gopher://127.0.0.1").failure().name == "misconfigured"
    )
  }

  @Test("do not go out when the file of authorities cannot be read")
  func badAuthorities() throws {
    let server = try ScriptedServer { _, _ in .silence }
    let folder = TemporaryFolder()
    let client = try TestedWorker("https://127.0.0.1:\(server.port)", caFile: folder.file("none.pem"))
    #expect(try client.failure().name == "misconfigured")
  }
}
