public import HTTPServer
import JSONDocument
import JSONText
import LinuxSystem
public import Rehearsal
import Synchronization

/// The simulated cloud on an HTTP port of this machine.
public final class CloudService: Sendable {
  private let state: State
  private let server: HTTPServer
  private let isEncrypted: Bool
  private let base: String

  /// The cloud, and what happens to a request, shared with the server's threads.
  private final class State: Sendable {
    let cloud: Mutex<SimulatedCloud>
    let log: (@Sendable (String) -> Void)?

    init(_ settings: SimulatedCloud.Settings, log: (@Sendable (String) -> Void)?) {
      cloud = Mutex(SimulatedCloud(settings))
      self.log = log
    }

    func answer(_ request: HTTPRequest) -> HTTPResponse {
      let question = CloudRequest(request)
      let answer = cloud.withLock { $0.answer(question, now: SystemClock.wallMilliseconds) }
      if let log {
        let result = answer.isReset ? "reset" : "\(answer.status)"
        log("\(question.method) \(question.target) \(result)")
      }
      return HTTPResponse(answer)
    }
  }

  /// Starts serving.
  /// - Parameters:
  ///   - settings: how the cloud begins.
  ///   - port: 0 takes a free one.
  ///   - tls: nil serves plain HTTP.
  ///   - log: gets one line for each request, never a key; called from several threads.
  public init(
    _ settings: SimulatedCloud.Settings, port: UInt16 = 0, tls: HTTPServer.TLS? = nil,
    log: (@Sendable (String) -> Void)? = nil
  ) throws(HTTPServerError) {
    let state = State(settings, log: log)
    self.state = state
    base = settings.base
    isEncrypted = tls != nil
    server = try HTTPServer(port: port, tls: tls) { request in state.answer(request) }
  }

  /// The port that it listens on.
  public var port: UInt16 { server.port }

  /// The address of the API, e.g. `http://127.0.0.1:8080/v0`.
  public var url: String { "\(isEncrypted ? "https" : "http")://127.0.0.1:\(port)\(base)" }

  /// How many connections were accepted since the start.
  public var connections: Int { server.connections }

  /// The commands: the cloud's own, and those that ask about the connections to it.
  public static let commands =
    CloudOrder.commands + [
      (syntax: "connections", meaning: "how many connections were accepted"),
      (syntax: "help", meaning: "this list"),
    ]

  /// Carries out a command, one of `commands`.
  /// - Returns: the answer in one or more lines; it begins with `error: ` when nothing was done.
  public func tell(_ command: String) -> String {
    switch command.split(separator: " ") {
    case ["connections"]: return "\(connections)"
    case ["help"]: return CloudService.help
    default: break
    }
    return switch state.cloud.withLock({ $0.tell(command) }) {
    case .done(let text): text
    case .document(let document): JSONText.write(document)
    case .refused(let reason): ControlChannel.refusal(reason)
    }
  }

  private static var help: String {
    let width = commands.map(\.syntax.count).max() ?? 0
    return commands.map { command in
      command.syntax + String(repeating: " ", count: width - command.syntax.count + 2) + command.meaning
    }.joined(separator: "\n")
  }

  /// Ends all connections and frees the port.
  public func stop() { server.stop() }
}

extension CloudRequest {
  init(_ request: HTTPRequest) {
    let body: Body
    if request.body.isEmpty {
      body = .none
    } else {
      do throws(JSONTextError) {
        body = .document(try JSONText.parse(request.body))
      } catch {
        body = .unreadable(error.description)
      }
    }
    self.init(
      request.method, request.path, query: request.query.all.map { Parameter($0.name, $0.value) },
      apiKey: request.headers["api_key"] ?? request.headers["x-api-key"],
      contentType: request.headers["content-type"], body: body, bodySize: request.body.count)
  }
}

extension HTTPResponse {
  init(_ answer: CloudAnswer) {
    self.init(status: answer.status)
    headers = HTTPFields(answer.headers.map { .init($0.name, $0.value) })
    switch answer.body {
    case .empty: break
    case .document(let document):
      headers.all.append(.init("Content-Type", "application/json"))
      body = Array(JSONText.write(document).utf8)
    case .text(let text, let type):
      headers.all.append(.init("Content-Type", type))
      body = Array(text.utf8)
    }
    switch answer.date {
    case .at(let milliseconds): date = .at(milliseconds: milliseconds)
    case .omitted: date = .omitted
    }
    delayMilliseconds = answer.delayMilliseconds
    delivery = answer.isReset ? .reset : .whole
  }
}
