import Glibc
import HTTPServer
import LinuxSystem
import TestSupport
import Testing

@Suite("The HTTP server", .timeLimit(.minutes(20)))
struct HTTPServerTests {
  @Test("hands over method, path, query, headers and body")
  func request() throws {
    let server = try HTTPServer(port: 0) { request in
      let query = request.query.all.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
      let parts = [
        request.method, request.path, query, request.headers["x-SOME"] ?? "none",
        String(decoding: request.body, as: UTF8.self),
      ]
      return HTTPResponse(status: 207, body: Array(parts.joined(separator: "|").utf8))
    }
    let answer = try LoopbackConnection(port: server.port).request(
      "PUT", "/a%20b/c?x=1%202&y", headers: [("X-Some", "thing")], body: "body")
    #expect(answer.status == 207)
    #expect(answer.body == "PUT|/a b/c|x=1 2,y=|thing|body")
    server.stop()
    server.stop()
  }

  @Test("refuses a body above its limit and takes one at it")
  func limit() throws {
    let server = try HTTPServer(port: 0, bodyLimit: 100_000) { request in
      HTTPResponse(status: 200, body: Array("\(request.body.count)".utf8))
    }
    let fits = try LoopbackConnection(port: server.port).request(
      "POST", "/", body: String(repeating: "x", count: 100_000))
    #expect(fits.body == "100000")
    let tooLong = try LoopbackConnection(port: server.port).request(
      "POST", "/", body: String(repeating: "x", count: 100_001))
    #expect(tooLong.status == 413)
  }

  @Test("writes dates as HTTP does")
  func dates() {
    #expect(HTTPDate.text(milliseconds: 784_111_777_000) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(HTTPDate.text(milliseconds: -1) == "Wed, 31 Dec 1969 23:59:59 GMT")
  }

  @Test("says why it does not take a certificate, and lets the port go")
  func badCertificate() throws {
    let listener = try Sockets.listen(loopbackPort: 0)
    let port = try Sockets.port(of: listener)
    _ = consume listener
    let error = #expect(throws: HTTPServerError.self) {
      try HTTPServer(port: port, tls: .init(certificate: "none", key: "none")) { _ in
        HTTPResponse(status: 200)
      }
    }
    guard case .refused(let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!reason.isEmpty && reason != "no reason given")
    #expect(throws: Never.self) { try HTTPServer(port: port) { _ in HTTPResponse(status: 200) } }
  }

  @Test("speaks TLS with its certificate")
  func encrypted() throws {
    let folder = TemporaryFolder()
    let (certificate, key) = (folder.file("cert.pem"), folder.file("key.pem"))
    try #require(
      try Program.run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=IP:127.0.0.1") == 0)
    let tls = HTTPServer.TLS(
      certificate: String(decoding: try Files.read(certificate), as: UTF8.self),
      key: String(decoding: try Files.read(key), as: UTF8.self))
    let server = try HTTPServer(port: 0, tls: tls) { _ in HTTPResponse(status: 200, body: Array("hi".utf8)) }
    let url = "https://127.0.0.1:\(server.port)/"
    let out = folder.file("out")
    #expect(try Program.run("curl", "-s", "--noproxy", "*", "--cacert", certificate, "-o", out, url) == 0)
    #expect(try Files.read(out) == Array("hi".utf8))
    // 60: the certificate cannot be verified.
    #expect(try Program.run("curl", "-s", "--noproxy", "*", "-o", out, url) == 60)
  }
}
