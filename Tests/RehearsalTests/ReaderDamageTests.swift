import JSONDocument
import Rehearsal
import Testing

@Suite("What a bad line does to pushed passings, and lists that leave room for them")
struct ReaderDamageTests {
  /// A reader with `count` passings in its file that pushes none of them.
  private func rig(passings count: Int, _ change: (inout ReaderSettings) -> Void = { _ in }) throws
    -> ReaderRig
  {
    var rig = ReaderRig {
      $0.isStarted = true
      change(&$0)
    }
    for chip in 0..<count { try rig.order("pass \(chip + 1) 1") }
    return rig
  }

  private func lines(_ transmissions: [ReaderTransmission]) -> [String] {
    ReaderRig.text(transmissions).split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
      .dropLast()
  }

  private func truth(_ rig: inout ReaderRig) throws -> [String] {
    let file = try #require(rig.document("truth")["sessions"]?.array?.first)
    return file["frames"]?.array?.compactMap(\.string) ?? []
  }

  @Test("A stray digit before a pushed passing makes another number of it; replies and lists stay whole")
  func digit() throws {
    var rig = try rig(passings: 0)
    _ = rig.say("PUSHTAGS;true")
    try rig.order("digit 1")
    for chip in 1...50 { try rig.order("pass \(chip) 1") }
    let pushed = lines(rig.sent)
    let frames = try truth(&rig)
    #expect(pushed.count == 50)
    for (line, frame) in zip(pushed, frames) {
      #expect(line.dropFirst() == frame)
      #expect("123456789".contains(line.prefix(1)))
    }
    #expect(rig.say("GETPASSINGS;1;50").split(separator: "\r\n").map(String.init) == frames)
    #expect(try rig.document("count")["digits"] == 50)
  }

  @Test("Replaced bytes leave a pushed passing as long as it was, and never touch its line end")
  func garble() throws {
    var rig = try rig(passings: 0)
    _ = rig.say("PUSHTAGS;true")
    try rig.order("garble 1")
    for chip in 1...100 { try rig.order("pass \(chip) 1") }
    let frames = try truth(&rig)
    var changed = 0
    for (transmission, frame) in zip(rig.sent, frames) {
      let bytes = transmission.bytes
      #expect(bytes.count == frame.utf8.count + 2 && Array(bytes.suffix(2)) == Array("\r\n".utf8))
      let different = zip(bytes, frame.utf8).count { $0 != $1 }
      #expect(different <= 3)
      changed += different > 0 ? 1 : 0
    }
    #expect(changed > 80)
    #expect(rig.say("PING") == "PING;PONG\r\n")
    #expect(try rig.document("count")["garbled"] == 100)
  }

  @Test("Two pushed passings run together into one that has the front of the first and the end of the second")
  func join() throws {
    var rig = try rig(passings: 0)
    _ = rig.say("PUSHTAGS;true")
    try rig.order("join 1")
    // Numbers and chips of one length, so that each pair makes a frame that looks whole.
    for chip in 10_001...10_008 { try rig.order("pass \(chip) 1") }
    let frames = try truth(&rig)
    let pushed = lines(rig.sent)
    #expect(pushed.count == 4)
    for (index, line) in pushed.enumerated() {
      let (first, second) = (Array(frames[2 * index]), Array(frames[2 * index + 1]))
      let isJoint = (1..<line.count).contains { place in
        line == String(first.prefix(place)) + String(second.dropFirst(place))
      }
      #expect(isJoint || line.count != first.count, "\(line)")
    }
    #expect(try rig.document("count")["joined"] == 4)
  }

  @Test("A list leaves at its rate, with pushed passings in between and its empty line at the end")
  func listRate() throws {
    var rig = try rig(passings: 100) {
      $0.starters = 500
      $0.listRate = 250
    }
    _ = rig.say("PUSHTAGS;true")
    try rig.order("rate 200")
    #expect(rig.say("GETPASSINGS;1;100").hasPrefix("1;"))
    let heard = lines(rig.wait(0.5))
    let end = try #require(heard.firstIndex(of: ""))
    let before = heard[..<end].compactMap { Int($0.prefix { $0 != ";" }) }
    #expect(before.filter { $0 <= 100 } == Array(2...100))
    #expect(before.filter { $0 > 100 }.count > 50)
    #expect(before != before.sorted())
  }

  @Test("What is asked while a list leaves is answered behind it, in order")
  func askedMeanwhile() throws {
    var rig = try rig(passings: 10) { $0.listRate = 100 }
    #expect(rig.say("GETPASSINGS;1;5").hasPrefix("1;"))
    #expect(rig.say("PING").isEmpty)
    #expect(rig.say("GETPASSINGS;9;10").isEmpty)
    #expect(rig.say("GETTIME").isEmpty)
    let heard = lines(rig.wait(1)).map { $0.split(separator: ";").first.map(String.init) ?? "" }
    #expect(heard == ["2", "3", "4", "5", "", "PING", "9", "10", "", "GETTIME"])
  }

  @Test("A list ends with its connection")
  func gone() throws {
    var rig = try rig(passings: 10) { $0.listRate = 100 }
    _ = rig.say("GETPASSINGS;1;10")
    _ = rig.say("PING")
    rig.reader.disconnected(1)
    _ = rig.reader.connected(1, at: rig.now)
    #expect(rig.wait(1).isEmpty)
    #expect(rig.say("PING") == "PING;PONG\r\n")
  }
}

@Suite("The simulated reader's clock where summer time ends")
struct ReaderSummerTimeTests {
  /// 2026-10-25T01:00:00Z, when Central European Time goes back from +2 h to +1 h.
  private static let change: Int64 = 1_792_890_000_000

  private func rig() -> ReaderRig {
    var rig = ReaderRig {
      $0.isStarted = true
      $0.timeZone = "Europe/Berlin"
      $0.localClock = { utc, _ in utc + (utc < Self.change ? 2 : 1) * 3_600_000 }
    }
    _ = rig.wait(0)
    return rig
  }

  @Test("Its clock goes back by an hour when that moment comes, whatever the real date is")
  func doubled() throws {
    var rig = rig()
    try rig.order("clock-at 2026-10-25T00:59:58Z")
    #expect(rig.say("GETTIME") == "GETTIME;2026-10-25;02:59:58\r\n")
    _ = rig.wait(1.5)
    #expect(rig.say("GETTIME") == "GETTIME;2026-10-25;02:59:59\r\n")
    _ = rig.wait(1)
    #expect(rig.say("GETTIME") == "GETTIME;2026-10-25;02:00:00\r\n")
  }

  @Test("truth tells the moment of each passing, which local time alone does not")
  func moments() throws {
    var rig = rig()
    try rig.order("clock-at 2026-10-25T00:30:00Z")
    try rig.order("pass 1 1")
    _ = rig.wait(3600)
    try rig.order("pass 2 1")
    let file = try #require(rig.document("truth")["sessions"]?.array?.first)
    #expect(file["times"] == ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"])
    let frames = file["frames"]?.array?.compactMap(\.string) ?? []
    #expect(frames.allSatisfy { $0.contains(";2026-10-25;02:30:00.000;") } && frames.count == 2)
  }

  @Test("SETTIME over the change lands where it was told to")
  func setOver() throws {
    var rig = rig()
    try rig.order("stop")
    try rig.order("clock-at 2026-10-25T00:30:00Z")
    _ = rig.say("SETTIME;2026-12-01;12:00:00")
    #expect(rig.say("GETTIME") == "GETTIME;2026-12-01;12:00:00\r\n")
  }

  @Test("What is no moment is refused", arguments: ["clock-at now", "clock-at 2026-13-01T00:00:00Z"])
  func refused(order: String) {
    #expect(throws: ReaderOrderError.self) { try ReaderOrder(order) }
  }
}
