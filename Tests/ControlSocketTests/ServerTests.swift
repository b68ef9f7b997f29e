import ControlSocket
import Glibc
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

@Suite struct ServerTests {
  @Test func aRequestIsALineAndSoIsItsReply() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    client.send("{\"command\":\"status\"}\n")
    #expect(try daemon.serve { !client.lines.isEmpty })
    #expect(client.lines == ["{\"echo\":{\"command\":\"status\"}}"])
    client.send("[1]\n")
    #expect(try daemon.serve { client.lines.count == 2 })
    #expect(client.lines.last == "{\"echo\":[1]}")
  }

  @Test func aRequestMayComeByteByByte() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    #expect(try daemon.serve { daemon.server.clientCount == 1 })
    for byte in Array("{\"a\":\"b\"}".utf8) {
      client.send([byte])
      try daemon.serve()
      #expect(client.lines.isEmpty)
    }
    client.send("\n")
    #expect(try daemon.serve { client.lines == ["{\"echo\":{\"a\":\"b\"}}"] })
  }

  @Test func manyRequestsAtOnceAreAnsweredInOrder() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    client.send((0..<100).map { "\($0)\n" }.joined())
    #expect(try daemon.serve { client.lines.count == 100 })
    #expect(client.lines == (0..<100).map { "{\"echo\":\($0)}" })
  }

  @Test func sixteenClientsAreServedAndTheNextWaitsForAPlace() throws {
    let daemon = try Daemon()
    let now = SystemClock.monotonicNanoseconds
    var clients: [Client] = []
    for number in 0..<ControlLimits.clients {
      let client = try Client(daemon.path)
      clients.append(client)
      #expect(try daemon.serve(now: now) { daemon.server.clientCount == number + 1 })
    }
    let next = try Client(daemon.path)
    next.send("\"in\"\n")
    for (number, client) in clients.enumerated() { client.send("\(number)\n") }
    #expect(try daemon.serve(now: now) { clients.allSatisfy { !$0.lines.isEmpty } })
    #expect(clients.map(\.lines) == (0..<16).map { ["{\"echo\":\($0)}"] })
    #expect(next.lines.isEmpty && !next.isClosed)
    // The loop wakes when the first may give way.
    #expect(daemon.server.nextDeadline == now + 1_000_000_000)
    clients.removeFirst()
    #expect(try daemon.serve(now: now) { next.lines == ["{\"echo\":\"in\"}"] })
    #expect(clients.allSatisfy { !$0.isClosed })
  }

  @Test func aCrowdOfIdleClientsIsServedOneAfterTheOther() throws {
    let daemon = try Daemon()
    var now = SystemClock.monotonicNanoseconds
    let crowd = try (0..<40).map { _ in try Client(daemon.path) }
    let client = try Client(daemon.path)
    client.send("1\n")
    for _ in 0..<3 {
      #expect(try daemon.serve(now: now) { daemon.server.clientCount == ControlLimits.clients })
      now += 1_000_000_000
      try daemon.serve(now: now)
    }
    #expect(try daemon.serve(now: now) { client.lines == ["{\"echo\":1}"] })
    #expect(crowd.filter(\.isClosed).count == 40 + 1 - ControlLimits.clients)
  }

  @Test func whoHasDoneNothingForLongestGivesWayToANewClient() throws {
    let daemon = try Daemon()
    let start = SystemClock.monotonicNanoseconds
    var clients: [Client] = []
    for number in 0..<ControlLimits.clients {
      clients.append(try Client(daemon.path))
      let now = start + Int64(number)
      #expect(try daemon.serve(now: now) { daemon.server.clientCount == number + 1 })
    }
    // The first one asks something, and so the second one is the idlest.
    clients[0].send("1\n")
    #expect(try daemon.serve(now: start + 1000) { !clients[0].lines.isEmpty })
    let later = start + 1_000_000_100
    let new = try Client(daemon.path)
    new.send("\"in\"\n")
    #expect(try daemon.serve(now: later) { new.lines == ["{\"echo\":\"in\"}"] })
    #expect(clients[1].isClosed)
    #expect(clients[1].lines == ["{\"error\":\"the connection was idle and gave way to another client\"}"])
    #expect(clients.indices.filter { clients[$0].isClosed } == [1])
    #expect(daemon.server.clientCount == ControlLimits.clients)
  }

  @Test func whoSendsAByteNowAndThenIsIdleAllTheSame() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    let start = SystemClock.monotonicNanoseconds
    #expect(try daemon.serve(now: start) { daemon.server.clientCount == 1 })
    for second in stride(from: Int64(1), through: 29, by: 7) {
      client.send("1")
      try daemon.serve(now: start + second * 1_000_000_000)
    }
    #expect(daemon.server.clientCount == 1)
    client.send("1")
    try daemon.serve(now: start + 31_000_000_001)
    #expect(daemon.server.clientCount == 0)
    #expect(daemon.requests.isEmpty)
  }

  @Test func theRepliesOfSlowReadersAreBoundedTogether() throws {
    let daemon = try Daemon()
    let large = String(repeating: "x", count: ControlLimits.reply - 100)
    daemon.answer = { $0 == "large" ? .string(large) : ["echo": $0] }
    let now = SystemClock.monotonicNanoseconds
    let slow = try (0..<8).map { _ in try Client(daemon.path) }
    for client in slow { client.send("\"large\"\n") }
    #expect(try daemon.serve(now: now) { daemon.requests.count >= 3 })
    for _ in 0..<20 { try daemon.serve(now: now, milliseconds: 1) }
    let unread = daemon.requests.count
    // What the kernel has taken already does not count.
    #expect(unread <= 5)
    // Once they read, all get theirs.
    #expect(try daemon.serve(now: now) { slow.filter(\.endsWithLine).count == slow.count })
    // The text, its quotation marks and the line end, once.
    #expect(slow.allSatisfy { $0.received.count == large.utf8.count + 3 })
  }

  @Test func garbageIsAnsweredWithAnErrorAndTheConnectionGoesOn() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    client.send([0, 255, 13, 10])
    client.send("\n{\"a\"\n1\n")
    #expect(try daemon.serve { client.lines.count == 4 })
    #expect(
      client.lines.prefix(3).allSatisfy { $0.hasPrefix("{\"error\":\"the request is not JSON at line ") })
    #expect(client.lines.last == "{\"echo\":1}")
    #expect(daemon.requests == [1])
  }

  @Test func theLargestRequestIsAnswered() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    let request = "\"" + String(repeating: "x", count: ControlLimits.request - 2) + "\""
    #expect(client.send(request + "\n") == ControlLimits.request + 1)
    #expect(try daemon.serve { !client.lines.isEmpty })
    #expect(client.lines == ["{\"echo\":\(request)}"])
  }

  @Test(arguments: ["", "\n"]) func aLargerOneIsRefusedAndTheConnectionClosed(end: String) throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    client.send(String(repeating: "1", count: ControlLimits.request + 1) + end)
    #expect(try daemon.serve { client.isClosed })
    #expect(client.lines == ["{\"error\":\"the request is longer than 65536 bytes\"}"])
    #expect(daemon.requests.isEmpty)
    #expect(daemon.server.clientCount == 0)
  }

  @Test func aReplyThatIsTooLargeBecomesAnError() throws {
    let daemon = try Daemon()
    daemon.answer = { _ in .string(String(repeating: "x", count: ControlLimits.reply)) }
    let client = try Client(daemon.path)
    client.send("1\n")
    #expect(try daemon.serve { !client.lines.isEmpty })
    #expect(client.lines == ["{\"error\":\"the reply is longer than 1048576 bytes\"}"])
  }

  @Test func whoDoesNotReadHoldsUpNobodyAndIsDroppedInTheEnd() throws {
    let daemon = try Daemon()
    let large = String(repeating: "x", count: ControlLimits.reply - 100)
    daemon.answer = { $0 == "large" ? .string(large) : ["echo": $0] }
    let (slow, quick) = (try Client(daemon.path), try Client(daemon.path))
    slow.send("\"large\"\n\"large\"\n\"large\"\n")
    #expect(try daemon.serve { daemon.requests.contains("large") })
    quick.send("1\n")
    #expect(try daemon.serve { quick.lines == ["{\"echo\":1}"] })
    #expect(daemon.requests.filter { $0 == "large" }.count == 1)
    let later = SystemClock.monotonicNanoseconds + 31_000_000_000
    try daemon.serve(now: later)
    #expect(daemon.server.clientCount == 0)
  }

  @Test func whoReadsSlowlyGetsEverything() throws {
    let daemon = try Daemon()
    let large = String(repeating: "x", count: ControlLimits.reply - 100)
    daemon.answer = { _ in .string(large) }
    let client = try Client(daemon.path)
    client.send("1\n2\n")
    #expect(try daemon.serve { client.lines.count == 2 })
    #expect(client.lines == ["\"\(large)\"", "\"\(large)\""])
  }

  @Test func idleClientsAreDroppedAfterThirtySeconds() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    let start = SystemClock.monotonicNanoseconds
    try daemon.serve(now: start)
    #expect(daemon.server.clientCount == 1)
    #expect(daemon.server.nextDeadline == start + 30_000_000_000)
    try daemon.serve(now: start + 29_999_000_000, milliseconds: 0)
    #expect(daemon.server.clientCount == 1)
    try daemon.serve(now: start + 30_000_000_000, milliseconds: 0)
    #expect(daemon.server.clientCount == 0)
    #expect(daemon.server.nextDeadline == nil)
    #expect(client.isClosed)
  }

  @Test func aClientThatSaysNoMoreStillGetsItsReply() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    client.send("1\n2\nrest")
    client.finish()
    #expect(try daemon.serve { client.isClosed })
    #expect(client.lines == ["{\"echo\":1}", "{\"echo\":2}"])
    #expect(daemon.server.clientCount == 0)
  }

  @Test func aClientThatLeavesBeforeItsReplyHarmsNothing() throws {
    let daemon = try Daemon()
    var client: Client? = try Client(daemon.path)
    client?.send("1\n")
    client = nil
    #expect(try daemon.serve { !daemon.requests.isEmpty && daemon.server.clientCount == 0 })
  }
}

@Suite struct SocketFileTests {
  @Test func onlyOwnerAndGroupMayConnect() throws {
    let daemon = try Daemon()
    let status = try #require(try Files.status(daemon.path))
    #expect(status.kind == .socket)
    #expect(status.permissions == 0o660)
  }

  @Test func theSocketIsRemovedAtTheEnd() throws {
    let daemon = try Daemon()
    let client = try Client(daemon.path)
    #expect(try daemon.serve { daemon.server.clientCount == 1 })
    daemon.server.close()
    #expect(!Files.exists(daemon.path))
    #expect(client.isClosed)
    daemon.server.close()
  }

  @Test func theFolderIsMadeIfNeedBe() throws {
    let folder = TemporaryFolder()
    let server = try ControlServer(path: folder.file("run/one4all/control.sock"), group: nil)
    #expect(Files.exists(folder.file("run/one4all/control.sock")))
    server.close()
  }

  @Test func aSocketThatWasRemovedOrReplacedIsNoticed() throws {
    let daemon = try Daemon()
    #expect(daemon.server.isInPlace)
    unlink(daemon.path)
    #expect(!daemon.server.isInPlace)
    let successor = try ControlServer(path: daemon.path, group: nil)
    #expect(!daemon.server.isInPlace && successor.isInPlace)
    successor.close()
    #expect(!Files.exists(daemon.path))
  }

  @Test func aSocketThatNobodyServesIsReplaced() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.sock")
    do { _ = try Sockets.listen(unix: path) }
    #expect(Files.exists(path))
    let server = try ControlServer(path: path, group: nil)
    _ = try Client(path)
    server.close()
  }

  @Test func aSocketThatIsServedIsLeftAlone() throws {
    let daemon = try Daemon()
    #expect(throws: ControlError.inUse(path: daemon.path)) {
      try ControlServer(path: daemon.path, group: nil)
    }
    let client = try Client(daemon.path)
    client.send("1\n")
    #expect(try daemon.serve { client.lines == ["{\"echo\":1}"] })
  }

  @Test func aFileThatIsNoSocketIsLeftAlone() throws {
    let folder = TemporaryFolder()
    let path = folder.write("control.sock", "precious")
    #expect(throws: ControlError.inUse(path: path)) { try ControlServer(path: path, group: nil) }
    #expect(try Files.read(path) == Array("precious".utf8))
  }

  @Test func theSocketOfASuccessorIsNotRemoved() throws {
    let daemon = try Daemon()
    unlink(daemon.path)
    let successor = try ControlServer(path: daemon.path, group: nil)
    daemon.server.close()
    #expect(Files.exists(daemon.path))
    successor.close()
  }

  @Test func anUnknownGroupIsToldAndNoSocketIsLeft() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.sock")
    let error = #expect(throws: ControlError.unknownGroup(name: "no-such-group-here")) {
      try ControlServer(path: path, group: "no-such-group-here")
    }
    #expect(
      error?.description == "there is no group 'no-such-group-here': create it (`groupadd --system"
        + " no-such-group-here`), or change [control] group")
    #expect(!Files.exists(path))
  }

  @Test func theOwnGroupCanBeNamed() throws {
    let entry = try #require(getgrgid(getgid()))
    let daemon = try Daemon(group: String(cString: entry.pointee.gr_name))
    var status = stat()
    #expect(stat(daemon.path, &status) == 0)
    #expect(status.st_gid == getgid() && status.st_mode & 0o7777 == 0o660)
  }

  @Test func aPathThatIsTooLongIsTold() {
    let path = "/tmp/" + String(repeating: "x", count: 103)
    #expect(throws: ControlError.failed(SystemError("bind", path, number: ENAMETOOLONG))) {
      try ControlServer(path: path, group: nil)
    }
  }
}
