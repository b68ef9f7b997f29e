import AgentCore
import CloudClient
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

@Suite("Answers of the cloud")
struct AnswerTests {
  /// What a client makes of one answer.
  private func answer(
    _ status: String = "200 OK", _ headers: [String] = [], body: String = ""
  ) throws -> CloudAnswer {
    let server = try ScriptedServer { _, _ in ScriptedServer.answer(status, headers, body: body) }
    return try TestedWorker(server.url).answer()
  }

  @Test("tell the server's time, and the host's at the middle of the exchange")
  func date() throws {
    let before = SystemClock.wallMilliseconds
    let answer = try answer("200 OK", ["Date: Sun, 06 Nov 1994 08:49:37 GMT"])
    #expect(answer.date == WallTime(milliseconds: 784_111_777_000))
    #expect((before - 5...SystemClock.wallMilliseconds).contains(answer.hostTime.milliseconds))
  }

  @Test(
    "have no time when the Date header is none",
    arguments: ["yesterday", "1994", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 +0100", ""])
  func badDate(_ text: String) throws {
    #expect(try answer("200 OK", ["Date: \(text)"]).date == nil)
  }

  @Test("ask to wait so many seconds")
  func retryAfterSeconds() throws {
    let answer = try answer("429 Too Many Requests", ["Retry-After: 120"])
    #expect(answer.status == 429)
    #expect(answer.retryAfter == .seconds(120))
  }

  @Test("ask to wait until a moment of the server's own clock")
  func retryAfterDate() throws {
    let answer = try answer(
      "503 Service Unavailable",
      ["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 08:51:37 GMT"])
    #expect(answer.retryAfter == .seconds(120))
  }

  @Test("that ask to wait until a moment in the past ask for no wait")
  func retryAfterPast() throws {
    #expect(try answer("503 S", ["Retry-After: Sun, 06 Nov 1994 08:51:37 GMT"]).retryAfter == .zero)
  }

  @Test("ask for nothing when Retry-After is garbage", arguments: ["soon", "-5", "1.5", ""])
  func retryAfterGarbage(_ text: String) throws {
    #expect(try answer("503 S", ["Retry-After: \(text)"]).retryAfter == nil)
  }

  @Test("after an interim answer are the ones that count")
  func interim() throws {
    let server = try ScriptedServer { _, _ in
      .text(
        "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\nHTTP/1.1 204 No Content\r\nX: y\r\n\r\n")
    }
    let answer = try TestedWorker(server.url).answer()
    #expect(answer.status == 204)
    #expect(answer.retryAfter == nil)
    #expect(answer.body == .empty)
  }

  @Test("are JSON when they are, whatever they call themselves and whatever the status")
  func json() throws {
    let answer = try answer(
      "404 Not Found", ["Content-Type: text/plain"], body: "\u{FEFF}{\"description\": \"Device not found\"}")
    #expect(answer.status == 404)
    #expect(answer.body == .json(["description": "Device not found"]))
  }

  @Test("that are no JSON are kept by their first 2 kB, on one line, safe to print")
  func html() throws {
    let page = "<html>\r\n\t<p>Wel\u{1B}[31mcome\u{202E}\u{7}</p>" + String(repeating: "é", count: 2000)
    let answer = try answer("200 OK", ["Content-Type: text/html"], body: page)
    guard case .other(let text) = answer.body else {
      Issue.record("\(answer.body)")
      return
    }
    #expect(text.hasPrefix("<html> <p>Wel[31mcome</p>éé"))
    #expect(text.hasSuffix("é"))
    #expect(text.utf8.count <= 2048 && text.utf8.count > 2000)
  }

  @Test("with broken JSON are text")
  func brokenJSON() throws {
    let answer = try answer("404 Not Found", body: #"{ description: "Device not found", }"#)
    #expect(answer.body == .other(#"{ description: "Device not found", }"#))
  }

  @Test("never hold the key, even when a page repeats it")
  func echo() throws {
    let page = "<p>api_key: \(TestedWorker.key)</p>"
    let stars = String(repeating: "*", count: TestedWorker.key.utf8.count)
    #expect(try answer(body: page).body == .other("<p>api_key: \(stars)</p>"))
    #expect(try answer(body: "{\"key\": \"\(TestedWorker.key)\"}").body == .json(["key": .string(stars)]))
  }

  @Test("may be 4 MiB and no larger, announced or not")
  func tooLarge() throws {
    let full = "\"" + String(repeating: "x", count: (4 << 20) - 2) + "\""
    let server = try ScriptedServer { request, _ in
      switch request.line.split(separator: " ")[1] {
      case "/v0/full": ScriptedServer.answer("200 OK", body: full)
      case "/v0/announced": .lastText("HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n" + full + "x")
      case "/v0/refusal": .lastText("HTTP/1.1 400 Bad Request\r\nRetry-After: 7\r\n\r\n" + full + "x")
      default: .lastText("HTTP/1.1 200 OK\r\n\r\n" + full + "x")
      }
    }
    let client = try TestedWorker(server.url)
    // An error is one whatever the size of its words.
    let refusal = try client.answer(.get, "/refusal")
    #expect(refusal.status == 400 && refusal.retryAfter == .seconds(7))
    #expect(refusal.body == .other("\"" + String(repeating: "x", count: 2047)))
    #expect(try client.failure(.get, "/announced") == .tooLarge)
    #expect(try client.failure(.get, "/endless") == .tooLarge)
    #expect(try client.answer(.get, "/full").body == .json(.string(String(full.dropFirst().dropLast()))))
  }

  @Test("that lead to another server are not followed")
  func redirect() throws {
    let server = try ScriptedServer { _, _ in
      ScriptedServer.answer("302 Found", ["Location: https://portal.example/login?from=box"])
    }
    let client = try TestedWorker(server.url)
    #expect(try client.failure() == .redirected(to: "https://portal.example/login?from=box"))
    #expect(server.requests.count == 1)
  }

  @Test(
    "that lead to another port or scheme of the same host are not followed either",
    arguments: ["http://127.0.0.1:1/x", "https://127.0.0.1/x"])
  func redirectOrigin(_ target: String) throws {
    let server = try ScriptedServer { _, _ in
      ScriptedServer.answer("307 Temporary Redirect", ["Location: \(target)"])
    }
    #expect(try TestedWorker(server.url).failure() == .redirected(to: target))
  }

  @Test("that lead elsewhere on the same server are answers as they are")
  func redirectWithin() throws {
    let server = try ScriptedServer { _, _ in
      ScriptedServer.answer("301 Moved Permanently", ["Location: /v1/devices/ab"])
    }
    #expect(try TestedWorker(server.url).answer().status == 301)
    #expect(server.requests.count == 1)
  }
}
