import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

@Suite("The real programs together", .serialized)
struct EndToEndTests {
  @Test("A reader becomes a device that the cloud knows, over a pty and over TCP", arguments: [false, true])
  func becomesDevice(overTCP: Bool) throws {
    let field = try Field(overTCP: overTCP)
    try field.start()
    #expect(field.waits(5) { $0["device"]?["agrees"] == true })
    let device = try #require(field.devices.first)
    #expect(device["serial_number"] == "O4A5-00051")
    #expect(device["firmware"] == "1.1.3.0")
    let before = device["last_seen"]?.string ?? ""
    #expect(eventually { (field.devices.first?["last_seen"]?.string ?? "") > before })
    #expect(field.waits { ($0["passings"]?["captured"]?.integer ?? 0) > 0 })
    #expect(field.stop() == 0)
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
    #expect(!field.text("daemon.log").contains(Field.key))
  }

  @Test("A restart binds nothing again, even after a kill")
  func restart() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    let deviceid = field.status["cloud"]?["deviceid"]
    #expect(field.stop(SIGKILL) == -SIGKILL)
    try field.tell("cloud", "requests clear")
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    #expect(field.status["cloud"]?["deviceid"] == deviceid)
    let requests = try JSONText.parse(field.tell("cloud", "requests"))["entries"]?.array ?? []
    #expect(!requests.isEmpty)
    // Passings and their session may be among the requests, but no device.
    let bindings = requests.filter {
      $0["method"] == "POST" && $0["path"]?.string?.hasSuffix("/devices") == true
    }
    #expect(bindings.isEmpty)
    #expect(field.devices.count == 1)
    #expect(field.stop(SIGINT) == 0)
  }

  @Test("The cable pulled and put back, a mute reader, new firmware: each heals")
  func readerTrouble() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    try field.tell("reader", "unplug")
    #expect(field.waits { $0["reader"]?["state"] == "absent" })
    try field.tell("reader", "plug")
    #expect(field.waits { $0["reader"]?["state"] == "connected" && $0["well"] == true })
    try field.tell("reader", "mute")
    #expect(field.waits { $0["reader"]?["state"] == "silent" })
    let still = field.status["reader"]?["last_frame_at"]?.string ?? "z"
    try field.tell("reader", "unmute")
    #expect(field.waits { ($0["reader"]?["last_frame_at"]?.string ?? "") > still })
    try field.tell("reader", "firmware 9.9.9")
    #expect(eventually { field.devices.first?["firmware"] == "9.9.9" })
    try field.tell("reader", "serial-number O4A5-00099")
    #expect(eventually { field.devices.count == 2 })
    #expect(field.waits { $0["device"]?["agrees"] == true && $0["reader"]?["serial_number"] == "O4A5-00099" })
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
  }

  @Test("Outage, captive portal, removed device: shown, and healed or held")
  func cloudTrouble() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    for fault in ["fail 503", "portal on", "reset before"] {
      try field.tell("cloud", fault)
      #expect(field.waits { $0["cloud"]?["state"] == "failing" }, "\(fault)")
      try field.tell("cloud", "ok")
      #expect(field.waits(30) { $0["device"]?["agrees"] == true }, "after \(fault)")
    }
    try field.tell("cloud", "unbind O4A5-00051")
    #expect(field.waits { $0["cloud"]?["state"] == "unbound" })
    #expect(field.devices.isEmpty)
    #expect(try field.run("one4allctl", "--config", field.folder.file("one4alld.conf"), "status").code == 1)
    #expect(try field.run("one4allctl", "bind", "--config", field.folder.file("one4alld.conf")).code == 0)
    #expect(field.waits { $0["device"]?["agrees"] == true })
    #expect(field.devices.count == 1)
  }

  @Test("A WRITE key works unverified; a cloud without the heartbeat route is reported the documented way")
  func lesserClouds() throws {
    let write = try Field(access: "WRITE", cloudOrders: ["envelope body"])
    try write.start()
    #expect(
      write.waits {
        $0["cloud"]?["state"] == "unverified" && $0["cloud"]?["last_heartbeat_at"]?.string != nil
      })
    #expect(write.status["device"]?["agrees"] == .null)
    let old = try Field(cloudOrders: ["patch-route 405"])
    try old.start()
    #expect(
      old.waits { $0["device"]?["agrees"] == true && $0["cloud"]?["heartbeat_request"] == "POST /devices" })
    #expect(old.text("daemon.log").components(of: "report-route") == 1)
    #expect(old.devices.count == 1)
  }

  @Test("SIGHUP takes good settings and refuses bad ones")
  func reload() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    field.configure(more: "heartbeat_intervall = 5s")
    field.daemon?.signal(SIGHUP)
    #expect(eventually { field.text("daemon.log").contains("did you mean 'heartbeat_interval'?") })
    #expect(field.status["well"] == true)
    field.configure(more: "[device]\nalias = Finish")
    field.daemon?.signal(SIGHUP)
    #expect(eventually { field.devices.first?["alias"] == "Finish" })
    #expect(field.stop() == 0)
  }

  @Test("A wrong configuration ends with 78 and says where, for the daemon and the tool")
  func wrongConfiguration() throws {
    let field = try Field()
    field.configure(more: "heartbeat_interval = soon\nrebind = perhaps")
    let file = field.folder.file("one4alld.conf")
    for (name, words) in [
      ("one4alld", ["--check-config", "--config", file]), ("one4allctl", ["check-config", "--config", file]),
    ] {
      let answer = try field.run(name, words[0], words[1], words[2])
      #expect(answer.code == 78)
      // The first value was set further up, so its line here is a duplicate; the second is no switch.
      #expect(answer.errors.contains("\(file):13:"))
      #expect(answer.errors.contains("\(file):14:"))
    }
    #expect(try field.run("one4alld", "--config", file).code == 78)
  }

  @Test("Only one daemon uses a state folder, and only its group reaches the control socket")
  func oneDaemon() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0 != .null })
    // Often, because a process that ends while threads are at work in it crashes only now and then.
    for _ in 0..<20 {
      let second = try field.run("one4alld", "--config", field.folder.file("one4alld.conf"))
      #expect(second.code == 69)
      #expect(second.errors.contains("only one agent may use a store"))
    }
    let status = try #require(try Files.status(field.folder.file("control.sock")))
    #expect(status.permissions == 0o660)
    #expect(field.stop() == 0)
    #expect(try field.run("one4allctl", "--config", field.folder.file("one4alld.conf"), "status").code == 69)
  }

  @Test("A damaged state is set aside, named, and the reader is the same device again")
  func damagedState() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    #expect(field.stop() == 0)
    field.folder.write("state/one4all.db", String(repeating: "no database ", count: 500))
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    #expect(field.text("daemon.log").contains("store-damaged"))
    #expect(try Files.list(field.folder.file("state")).contains { $0.contains("damaged") })
    #expect(field.devices.count == 1)
  }

  @Test("probe names the reader, and says who holds a busy port")
  func probe() throws {
    let field = try Field()
    let answer = try field.run("one4allctl", "probe", field.port)
    #expect(answer.code == 0)
    #expect(answer.output.contains("O4A5-00051"))
    #expect(answer.output.contains("clock"))
    try field.start()
    #expect(field.waits { $0["reader"]?["state"] == "connected" })
    let busy = try field.run("one4allctl", "probe", field.port)
    #expect(busy.code == 69)
    #expect(busy.errors.contains("one4alld (pid \(field.daemon?.processID ?? 0))"))
  }
}

extension String {
  /// How many lines have that word.
  fileprivate func components(of word: String) -> Int {
    split(separator: "\n").filter { $0.contains(word) }.count
  }
}
