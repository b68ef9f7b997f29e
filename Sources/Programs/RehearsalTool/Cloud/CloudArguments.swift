import HTTPServer
import LinuxSystem
import ProgramArguments
import Rehearsal

/// What `one4all-sim cloud` was called with.
struct CloudArguments {
  static let defaultKey = "ror-rehearsal"

  static let help = CommandHelp(
    usage: ["one4all-sim cloud --port N [OPTION]…"],
    summary:
      "The cloud's API, version 0, on 127.0.0.1. The first line on standard output, when it is ready:\n"
      + "  cloud: listening on http://127.0.0.1:PORT/v0",
    options: [
      Option("port", letter: "p", argument: "N", help: "the TCP port; 0 takes a free one"),
      Option("tls-cert", argument: "FILE", help: "serve HTTPS with this certificate chain (PEM)"),
      Option("tls-key", argument: "FILE", help: "and its private key (PEM)"),
      Option(
        "key", argument: "KEY:ACCESS",
        help: "a key; READ, WRITE, READ_WRITE, UNBIND, joined by +; repeatable (\(defaultKey):READ_WRITE)"),
      Option("envelope", argument: "v0|body", help: "how answers are wrapped (v0)"),
      Option(
        "empty-lists", argument: "404|200", help: "how a list is answered on which nothing is (404)"),
      Option("control", argument: "SOCKET", help: "take commands on this unix socket; see one4all-sim tell"),
      Option("then", argument: "COMMAND", help: "a command to begin with; repeatable"),
      Option("seed", argument: "N", help: "decides deviceids, tokens and chances (1)"),
      Option("base", argument: "PATH", help: "what every path begins with (/v0)"),
      Option("verbose", letter: "v", help: "a line on standard error for each request"),
    ],
    sections: [
      .init("Commands", CloudService.commands.map { ($0.syntax, $0.meaning) }),
      .init("Routes", CloudRoute.allCases.map { ($0.rawValue, $0.call) }),
      .init(
        "Exit codes",
        [
          ("0", "ended by SIGTERM or SIGINT"), ("1", "it could not serve; the message says why"),
          ("64", "the arguments make no sense"),
        ]),
    ])

  var settings = SimulatedCloud.Settings()
  var port: UInt16 = 0
  var certificate: (chain: String, key: String)?
  var usesDefaultKey = false
  var control: String?
  var commands: [String] = []
  var isVerbose = false

  init(_ parsed: ParsedArguments) throws(UsageError) {
    if let word = parsed.operands.first { throw UsageError("unexpected argument '\(word)'; see --help") }
    guard let text = parsed.value("port") else { throw UsageError("--port is missing; see --help") }
    guard let port = UInt16(text) else { throw UsageError("--port \(text): not a port from 0 to 65535") }
    self.port = port
    switch (parsed.value("tls-cert"), parsed.value("tls-key")) {
    case (let chain?, let key?): certificate = (chain, key)
    case (nil, nil): certificate = nil
    case (.some, nil), (nil, .some): throw UsageError("--tls-cert and --tls-key belong together")
    }
    for text in parsed.values("key") {
      guard case .key(let key, let access?)? = try? CloudOrder("key \(text)") else {
        throw UsageError("--key: not KEY:ACCESS with READ, WRITE, READ_WRITE or UNBIND")
      }
      settings.keys[key] = access
    }
    if settings.keys.isEmpty {
      usesDefaultKey = true
      settings.keys[CloudArguments.defaultKey] = [.read, .write]
    }
    if let text = parsed.value("envelope") {
      guard let envelope = CloudEnvelope(rawValue: text) else {
        throw UsageError("--envelope \(text): neither v0 nor body")
      }
      settings.envelope = envelope
    }
    if let text = parsed.value("empty-lists") {
      guard let answer = CloudEmptyLists(rawValue: text) else {
        throw UsageError("--empty-lists \(text): neither 404 nor 200")
      }
      settings.emptyLists = answer
    }
    if let text = parsed.value("seed") {
      guard let seed = UInt64(text) else { throw UsageError("--seed \(text): not a number from 0") }
      settings.seed = seed
    }
    if let text = parsed.value("base") {
      let base = text.hasSuffix("/") ? String(text.dropLast()) : text
      guard base.isEmpty || base.hasPrefix("/") else { throw UsageError("--base \(text): must begin with /") }
      settings.base = base
    }
    control = parsed.value("control")
    commands = parsed.values("then")
    isVerbose = parsed.has("verbose")
    for command in commands where !["connections", "help"].contains(command) {
      do throws(CloudOrderError) {
        _ = try CloudOrder(command)
      } catch {
        throw UsageError("--then '\(command)': \(error)")
      }
    }
  }

  /// The certificate and its key, read from their files.
  func readCertificate() throws(SystemError) -> HTTPServer.TLS? {
    guard let certificate else { return nil }
    return HTTPServer.TLS(
      certificate: String(decoding: try Files.read(certificate.chain, limit: 1 << 20), as: UTF8.self),
      key: String(decoding: try Files.read(certificate.key, limit: 1 << 20), as: UTF8.self))
  }
}
