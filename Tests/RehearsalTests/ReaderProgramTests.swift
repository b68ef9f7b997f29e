import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import RehearsalTool
import TestSupport
import Testing

@Suite("one4all-sim reader as a program", .timeLimit(.minutes(20)))
struct ReaderProgramTests {
  private let folder = TemporaryFolder()
  /// The build puts it beside the tests.
  private let program: String

  init() throws {
    program = Files.parent(of: try Files.resolve("/proc/self/exe")) + "/one4all-sim"
    try #require(Files.exists(program))
  }

  private var link: String { folder.file("reader") }
  private var control: String { folder.file("control") }

  private func text(_ name: String) -> String {
    (try? Files.read(folder.file(name))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Starts a reader and waits until it says where it listens.
  private func start(_ words: [String]) throws -> (reader: Program, address: String) {
    let reader = try Program(
      [program, "reader", "--control", control] + words, output: folder.file("out"))
    try #require(eventually { text("out").hasSuffix("\n") })
    let line = try #require(text("out").split(separator: "\n").first)
    try #require(line.hasPrefix("reader: listening on "))
    return (reader, String(line.dropFirst("reader: listening on ".count)))
  }

  private func startOnTCP(_ words: String...) throws -> (reader: Program, port: UInt16) {
    let (reader, address) = try start(["--tcp", "0"] + words)
    try #require(address.hasPrefix("tcp://127.0.0.1:"))
    return (reader, try #require(UInt16(address.dropFirst("tcp://127.0.0.1:".count))))
  }

  @discardableResult
  private func tell(_ command: String) throws -> String {
    let answer = folder.file("answer")
    let words = [program, "tell", control] + command.split(separator: " ").map(String.init)
    #expect(try Program(words, output: answer).wait() == 0)
    return text("answer")
  }

  private func recorded() throws -> Int64 { try JSONText.parse(tell("count"))["recorded"]?.integer ?? -1 }

  @Test("On a pty it greets each host that opens the port, and answers", arguments: [SIGTERM, SIGINT])
  func pty(signal: Int32) throws {
    let (reader, address) = try start(["--pty", link])
    #expect(address == link)
    #expect(try Files.status(link, followingLinks: false)?.kind == .link)
    for _ in 0..<3 {
      let host = try ReaderHost(port: link)
      #expect(try host.hear().hasPrefix("HELLO"))
      #expect(try host.ask("PING") == "PING;PONG")
      #expect(try host.ask("GETSTATUS").split(separator: ";")[3] == "O4A5-00051")
      _ = consume host
      #expect(eventually { (try? JSONText.parse(tell("count"))["connections"]) == 0 })
    }
    reader.signal(signal)
    #expect(reader.wait() == 0)
    #expect(!Files.exists(link) && !Files.exists(control))
    #expect(try Files.status(link, followingLinks: false) == nil)
  }

  @Test("While no host has the port open, pushed passings are gone: a serial line does not queue")
  func ptyDoesNotQueue() throws {
    let reader = try start(["--pty", link, "--started", "--rate", "0"]).reader
    do {
      let host = try ReaderHost(port: link)
      _ = try host.hear()
      #expect(try host.ask("PUSHTAGS;true") == "PUSHTAGS;true")
      try tell("pass 1 1")
      #expect(try host.hear().hasPrefix("1;MC;00001;"))
      try tell("pass 2 1")
    }
    #expect(eventually { (try? JSONText.parse(tell("count"))["connections"]) == 0 })
    try tell("pass 3 1")
    let host = try ReaderHost(port: link)
    #expect(try host.hear().hasPrefix("HELLO"))
    try tell("pass 4 1")
    #expect(try host.hear().hasPrefix("4;MC;00004;"))
    #expect(try recorded() == 4)
    withExtendedLifetime(reader) {}
  }

  @Test("The cable: unplugged, the port is gone and its host hears the end; plugged, it is there again")
  func cable() throws {
    let reader = try start(["--pty", link]).reader
    for _ in 0..<3 {
      let host = try ReaderHost(port: link)
      #expect(try host.hear().hasPrefix("HELLO"))
      try tell("unplug")
      #expect(try host.hasEnded(within: 10_000))
      #expect(try Files.status(link, followingLinks: false) == nil)
      try tell("plug")
    }
    #expect(try ReaderHost(port: link).hear().hasPrefix("HELLO"))
    withExtendedLifetime(reader) {}
  }

  @Test("A link is replaced, anything else at its place is left alone")
  func place() throws {
    #expect(symlink("/nowhere", link) == 0)
    let reader = try start(["--pty", link]).reader
    #expect(try ReaderHost(port: link).hear().hasPrefix("HELLO"))
    folder.write("file", "precious")
    #expect(try Program.run(program, "reader", "--pty", folder.file("file")) == 1)
    #expect(text("file") == "precious")
    // Somebody takes the link's place: it is his now.
    unlink(link)
    folder.write("reader", "mine")
    reader.signal(SIGTERM)
    #expect(reader.wait() == 0)
    #expect(text("reader") == "mine")
  }

  @Test("Over TCP several hosts may connect; the one that spoke last gets the passings")
  func tcp() throws {
    let (reader, port) = try startOnTCP("--started", "--rate", "0")
    let hosts = [try ReaderHost(tcp: port), try ReaderHost(tcp: port)]
    for host in hosts { #expect(try host.hear().hasPrefix("HELLO")) }
    #expect(try hosts[0].ask("PUSHTAGS;true") == "PUSHTAGS;true")
    try tell("pass 1 1")
    #expect(try hosts[0].hear().hasPrefix("1;MC;00001;"))
    #expect(try hosts[1].ask("PING") == "PING;PONG")
    try tell("pass 2 1")
    #expect(try hosts[1].hear().hasPrefix("2;MC;00002;"))
    #expect(try hosts[0].ask("PING") == "PING;PONG")
    reader.signal(SIGTERM)
    #expect(reader.wait() == 0)
    #expect(try hosts[0].hasEnded(within: 10_000))
  }

  @Test("Over TCP an unplugged or rebooting reader hangs up and refuses, and comes back on the same port")
  func tcpUnplugged() throws {
    let (reader, port) = try startOnTCP()
    for order in ["unplug", "reboot 0.3"] {
      let host = try ReaderHost(tcp: port)
      #expect(try host.hear().hasPrefix("HELLO"))
      try tell(order)
      #expect(try host.hasEnded(within: 10_000))
      if order == "unplug" {
        #expect(throws: SystemError.self) { try ReaderHost(tcp: port) }
        try tell("plug")
      }
      #expect(eventually { (try? ReaderHost(tcp: port).hear().hasPrefix("HELLO")) == true })
    }
    withExtendedLifetime(reader) {}
  }

  @Test("A long list comes whole, over a line of limited speed as well", arguments: ["pty", "tcp"])
  func longList(kind: String) throws {
    var lines = ""
    for number in 1...800 { lines += "\(number);MC;00001;2019-12-12;09:02:07.295;3;4;937f6\n" }
    let words = ["--replay", folder.write("backup.csv", lines), "--started", "--baud", "1000000"]
    let host: ReaderHost
    let reader: Program
    if kind == "pty" {
      reader = try start(["--pty", link] + words).reader
      host = try ReaderHost(port: link)
    } else {
      let (program, address) = try start(["--tcp", "0"] + words)
      reader = program
      host = try ReaderHost(tcp: try #require(UInt16(address.split(separator: ":")[2])))
    }
    #expect(try host.hear().hasPrefix("HELLO"))
    #expect(eventually { (try? recorded()) == 800 })
    try host.say("GETPASSINGS;1;800")
    for number in 1...800 {
      let frame = try host.hear()
      try #require(frame.hasPrefix("\(number);MC;00001;") && frame.hasSuffix(";3;4;937f6"))
    }
    #expect(try host.hear() == "")
    withExtendedLifetime(reader) {}
  }

  @Test("A host that asks on and on and reads nothing is not listened to any more, until it goes")
  func deafHost() throws {
    var lines = ""
    for number in 1...800 { lines += "\(number);MC;00001;2019-12-12;09:02:07.295;3;4;937f6\n" }
    let (reader, port) = try startOnTCP(
      "--replay", folder.write("backup.csv", lines), "--started", "--baud", "9600")
    #expect(eventually { (try? recorded()) == 800 })
    let host = try ReaderHost(tcp: port)
    let questions = [UInt8](String(repeating: "GETPASSINGS;1;800\r\n", count: 1000).utf8)
    #expect(host.pour(questions) == questions.count)
    // Each order is a turn of the reader's loop, in which it could read on: more turns than there are pieces.
    var counts: JSONValue = .null
    for _ in 0..<100 { counts = try JSONText.parse(try ControlClient.tell("count", at: control)) }
    let heard = try #require(counts["bytes_received"]?.integer)
    #expect(heard > 0 && heard < questions.count / 2)
    _ = consume host
    #expect(eventually { (try? JSONText.parse(tell("count"))["connections"]) == 0 })
    #expect(try ReaderHost(tcp: port).ask("PING").hasPrefix("HELLO"))
    withExtendedLifetime(reader) {}
  }

  @Test("The line carries no more than its speed")
  func pace() throws {
    let (reader, port) = try startOnTCP("--baud", "9600")
    let host = try ReaderHost(tcp: port)
    _ = try host.hear()
    let start = SystemClock.monotonicNanoseconds
    for _ in 0..<4 { try host.say("GETSTATUS") }
    var count = 0
    for _ in 0..<4 { count += try host.hear().utf8.count + 2 }
    let seconds = Double(SystemClock.monotonicNanoseconds - start) / 1e9
    // 960 bytes a second, less what may go out ahead of time.
    #expect(seconds > Double(count) / 960 - 0.1)
    withExtendedLifetime(reader) {}
  }

  @Test("What it is called with it becomes; --then gives orders in turn")
  func options() throws {
    let (reader, port) = try startOnTCP(
      "--serial-number", "O4A5-00099", "--model", "One4All 6", "--firmware", "2.0", "--time-zone",
      "Asia/Kolkata", "--then", "battery 50", "--then", "wait 0.05", "--then", "firmware 2.1")
    let host = try ReaderHost(tcp: port)
    _ = try host.hear()
    #expect(
      eventually { (try? host.ask("GETSTATUS"))?.contains(";2.1;") == true })
    let fields = try host.ask("GETSTATUS").split(separator: ";", omittingEmptySubsequences: false)
    #expect(
      [fields[3], fields[4], fields[13], fields[19]] == ["O4A5-00099", "One4All 6", "50", "Asia/Kolkata"])
    let identity = try JSONText.parse(tell("identity"))
    #expect(identity["serial_number"] == "O4A5-00099" && identity["firmware"] == "2.1")
    #expect(try tell("help").contains("unplug | plug"))
    #expect(try Program.run(program, "tell", control, "nonsense") == 1)
    withExtendedLifetime(reader) {}
  }

  @Test(
    "Arguments that make no sense end with 64",
    arguments: [
      "", "--tcp x", "--tcp 65536", "--tcp 0 --pty p", "--tcp 0 extra", "--tcp 0 --rate -1",
      "--tcp 0 --rate x",
      "--tcp 0 --starters 0", "--tcp 0 --speed 0", "--tcp 0 --seed -1", "--tcp 0 --noise 1.1",
      "--tcp 0 --baud 5", "--tcp 0 --time-zone Mars/Olympus", "--tcp 0 --time-zone ../etc/passwd",
      "--tcp 0 --model a;b", "--tcp 0 --then nonsense", "--tcp 0 --nonsense",
    ])
  func usage(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    #expect(try Program([program, "reader"] + words).wait() == 64)
  }

  @Test("Help ends with 0; a replay that is none ends with 65, one that is not there with 1")
  func ends() throws {
    #expect(try Program([program, "reader", "--help"], output: folder.file("out")).wait() == 0)
    #expect(text("out").hasPrefix("Usage: one4all-sim reader"))
    let bad = folder.write("bad.csv", "nonsense")
    #expect(try Program.run(program, "reader", "--tcp", "0", "--replay", bad) == 65)
    #expect(try Program.run(program, "reader", "--tcp", "0", "--replay", folder.file("none")) == 1)
    #expect(try Program.run(program, "reader", "--pty", folder.file("no/such/folder")) == 1)
  }
}
