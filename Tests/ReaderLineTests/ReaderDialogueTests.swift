import AgentCore
import LinuxSystem
import One4AllProtocol
import ReaderLine
import Testing

@Suite struct ReaderDialogueTests {
  private func asking(_ words: String?) throws -> Result<Reply, ReaderDialogue.Failure> {
    let pty = try TestedPty()
    var dialogue = try ReaderDialogue(options(.device(path: pty.path)))
    if let words { try pty.say(words) } else { pty.close() }
    do throws(ReaderDialogue.Failure) {
      return .success(try dialogue.ask(.ping, timeout: .milliseconds(words == "" ? 50 : 500)))
    } catch { return .failure(error) }
  }

  private let reply = Reply(name: .ping, arguments: ["PONG"])

  @Test func `a command is sent and its reply returned`() throws {
    let pty = try TestedPty()
    var dialogue = try ReaderDialogue(options(.device(path: pty.path)))
    try pty.say("PING;PONG\r\n")
    #expect(try dialogue.ask(.ping, timeout: .seconds(10)) == reply)
    #expect(try pty.heard(6) == "PING\r\n")
  }

  @Test func `passings and other replies before it are passed over`() throws {
    #expect(try asking("HELLO\r\n\(passing(1))\r\nGETTIME;ERR\r\nPING;PONG\r\n") == .success(reply))
  }

  @Test func `a reply without its line end is taken after silence`() throws {
    #expect(try asking("PING;PONG") == .success(reply))
  }

  @Test func `nothing heard is silence`() throws {
    #expect(try asking("") == .failure(.silent))
  }

  @Test func `something else heard is foreign, and shown`() throws {
    #expect(try asking("$GPGGA,1\r\n") == .failure(.foreign(Array("$GPGGA,1\r\n".utf8))))
  }

  @Test func `a reader that answers something else has not answered`() throws {
    #expect(try asking("\(passing(1))\r\n") == .failure(.unanswered(.ping)))
  }

  @Test func `a line that goes away is lost`() throws {
    #expect(try asking(nil) == .failure(.lost(reason: "the other end of the pty was closed")))
  }

  @Test func `a connection that is closed is lost, and ends nothing else`() throws {
    let listener = try Sockets.listen(loopbackPort: 0)
    let port = try Sockets.port(of: listener)
    var dialogue = try ReaderDialogue(options(.tcp(host: "127.0.0.1", port: port)))
    do {
      #expect(try Poll.wait(for: listener.number, .read, milliseconds: 10_000).contains(.read))
      _ = try Sockets.accept(listener)
    }
    for _ in 0..<2 {
      do throws(ReaderDialogue.Failure) {
        _ = try dialogue.ask(.ping, timeout: .seconds(10))
        Issue.record("answered")
      } catch {
        guard case .lost = error else {
          Issue.record("not lost: \(error)")
          return
        }
      }
    }
  }
}
