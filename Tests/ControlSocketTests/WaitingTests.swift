import ControlSocket
import JSONDocument
import LinuxSystem
import Testing

@Suite("Requests that are answered later")
struct WaitingTests {
  private let start = SystemClock.monotonicNanoseconds

  private func at(_ seconds: Double) -> Int64 { start + Int64(seconds * 1e9) }

  private func waiting(_ text: String = "1") throws -> (Daemon, Client) {
    let daemon = try Daemon()
    daemon.later = { $0 == 1 ? .seconds(10) : nil }
    let client = try Client(daemon.path)
    client.send("\(text)\n")
    #expect(try daemon.serve(now: start) { daemon.requests == [1] })
    return (daemon, client)
  }

  @Test("are asked again with news alone, and answered once they may be")
  func news() throws {
    let (daemon, client) = try waiting()
    for second in 1...5 { try daemon.serve(now: at(Double(second)), milliseconds: 0) }
    #expect(daemon.requests == [1])
    try daemon.serve(now: at(6), milliseconds: 0, hasNews: true)
    #expect(daemon.requests == [1, 1] && client.lines.isEmpty)
    daemon.later = { _ in nil }
    try daemon.serve(now: at(7), milliseconds: 0, hasNews: true)
    client.receive()
    #expect(client.lines == ["{\"echo\":1}"])
    // The connection goes on.
    client.send("2\n")
    #expect(try daemon.serve(now: at(8)) { client.lines.count == 2 })
  }

  @Test("are answered at their time at the latest, counted from when they came")
  func time() throws {
    let (daemon, client) = try waiting()
    try daemon.serve(now: at(9), milliseconds: 0, hasNews: true)
    #expect(daemon.server.nextDeadline == at(10))
    try daemon.serve(now: at(9.9), milliseconds: 0)
    #expect(client.lines.isEmpty)
    try daemon.serve(now: at(10), milliseconds: 0)
    client.receive()
    #expect(client.lines == ["{\"echo\":1}"])
    #expect(daemon.server.clientCount == 1)
  }

  @Test("do not end as idle, nor spin, when more is sent meanwhile, which is answered behind them")
  func more() throws {
    let (daemon, client) = try waiting("1\n2")
    client.send("3\n")
    var poll = Poll()
    daemon.server.addDescriptors(to: &poll, now: at(1))
    #expect(try !poll.wait(milliseconds: 0))
    daemon.later = { _ in nil }
    try daemon.serve(now: at(9), milliseconds: 0, hasNews: true)
    #expect(try daemon.serve(now: at(9)) { client.lines.count == 3 })
    #expect(client.lines == ["{\"echo\":1}", "{\"echo\":2}", "{\"echo\":3}"])
  }

  @Test("end with the client that has gone")
  func gone() throws {
    let daemon = try Daemon()
    daemon.later = { $0 == 1 ? .seconds(10) : nil }
    do {
      let client = try Client(daemon.path)
      client.send("1\n")
      #expect(try daemon.serve(now: start) { daemon.requests == [1] })
    }
    #expect(try daemon.serve(now: at(1)) { daemon.server.clientCount == 0 })
  }

  @Test("give way to others when all places are taken, and are told")
  func giveWay() throws {
    let daemon = try Daemon()
    daemon.later = { $0 == 1 ? .seconds(10) : nil }
    let followers = try (0..<ControlLimits.clients).map { _ in try Client(daemon.path) }
    for follower in followers { follower.send("1\n") }
    #expect(try daemon.serve(now: start) { daemon.requests.count == ControlLimits.clients })
    let technician = try Client(daemon.path)
    technician.send("2\n")
    #expect(try daemon.serve(now: at(1.1)) { technician.lines == ["{\"echo\":2}"] })
    for follower in followers { follower.receive() }
    #expect(followers.count { $0.lines.first?.contains("gave way") == true } == 1)
  }
}
