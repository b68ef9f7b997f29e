import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("Passings of 8 and of 13 fields, and chips of FREE readers, from the reader to the store")
struct IntakeFormTests {
  @Test(
    "All arrive as they are, whatever the form", arguments: ["form 8", "form 13"], [false, true])
  func everyForm(form: String, isFree: Bool) throws {
    let world = IntakeTests.connected()
    try world.tellReader(form)
    if isFree { try world.tellReader("free-chips on") }
    try world.tellReader("rate 50")
    world.pass(seconds: 10)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 30) { $0.isComplete })
    world.expectComplete()
    let frames = world.frames(world.files[0])
    #expect(frames.count > 400)
    // All but the first ones of each form were kept when they came.
    let rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
    #expect(rows.count { $0.origin == .pushed } > rows.count * 3 / 4)
    #expect(world.store.doubtful.allSatisfy { [.form, .prefix, .jump].contains($0.reason) })
    let isLong = frames.allSatisfy {
      $0.split(separator: ";", omittingEmptySubsequences: false).count == 13
    }
    #expect(isLong == (form == "form 13"))
    #expect(frames.contains { $0.contains(";EV2026;R") } == isFree)
  }

  @Test("A damaged chip that only a FREE reader could have is not believed of an ordinary one")
  func damagedChip() throws {
    let world = IntakeTests.connected()
    try world.tellReader("pass 123 4")
    world.pass(seconds: 2)
    for (wrong, place) in [(";p0456;", 0), (";0456;", 1), (";04567890;", 2)] {
      try world.tellReader("lose-next 1")
      try world.tellReader("pass \(456 + place) 4")
      let frame = try #require(world.truth[world.files[0]]?.last)
      world.interject(frame.replacing(";00\(456 + place);", with: wrong) + "\r\n")
      world.pass(seconds: 20)
    }
    #expect(world.pass(atMost: 30) { $0.isComplete })
    world.expectComplete()
    let captured = world.requests.flatMap { request -> [KeptPassing] in
      if case .capture(_, let rows) = request { rows } else { [] }
    }
    #expect(captured.allSatisfy { $0.passing.chip.isUsual })
  }

  /// All that were ever kept as doubtful.
  private func doubtedFrames(of world: CaptureWorld) -> [DoubtfulFrame] {
    world.requests.flatMap { request -> [DoubtfulFrame] in
      if case .keepDoubtful(let frames) = request { frames } else { [] }
    }
  }

  @Test("A passing of 13 fields is doubted of a reader that sends 8, and the other way round")
  func anotherForm() throws {
    for (form, other) in [("form 8", "form 13"), ("form 13", "form 8")] {
      let world = IntakeTests.connected()
      try world.tellReader(form)
      try world.tellReader("pass 123 4")
      #expect(world.pass(atMost: 10) { $0.isComplete })
      try world.tellReader("pass 124 4")
      world.pass(seconds: 5)
      let before = doubtedFrames(of: world).count
      // The memory keeps it in one form, and the line makes the other of it.
      try world.tellReader("lose-next 1")
      try world.tellReader("pass 125 4")
      let fields = try #require(world.truth[world.files[0]]?.last).split(
        separator: ";", omittingEmptySubsequences: false)
      let pushed =
        Array(fields[..<7]) + (form == "form 8" ? ["", "", "", "", ""] : []) + [
          fields[fields.count - 1]
        ]
      world.interject(pushed.joined(separator: ";") + "\r\n")
      world.pass(seconds: 5)
      // By now the memory has decided, and it is doubted no more.
      let doubted = doubtedFrames(of: world)
      #expect(doubted.count == before + 1 && doubted.last?.reason == .form, "\(other): \(doubted)")
      #expect(world.pass(atMost: 30) { $0.isComplete })
      world.expectComplete()
    }
  }

  @Test(
    "Lines of an unknown number of fields are counted by themselves, kept raw, and told once with the line"
  )
  func unknownForm() throws {
    let world = IntakeTests.connected()
    try world.tellReader("form 10")
    for chip in 1...3 {
      try world.tellReader("pass \(chip) 4")
      world.pass(seconds: 1)
    }
    world.pass(seconds: 5)
    let told = world.entries(.passingUnknownForm)
    #expect(told.count == 1)
    let lines = try #require(world.truth[world.files[0]])
    #expect(told.first?.message.hasSuffix(lines[0]) == true)
    let kept = world.store.doubtful.filter { $0.reason == .fields }
    #expect(Set(kept.map(\.text)) == Set(lines) && kept.allSatisfy { $0.passing == nil })
    #expect(world.agent.session.totals.unknownForm >= 3)
    #expect(world.agent.session.totals.unknownForm <= world.agent.session.totals.malformed)
  }

  @Test("A reader that refuses its memory sends chips of any form all the same")
  func refusedMemory() throws {
    let world = IntakeTests.connected()
    world.refused = ["GETFILE", "GETPASSINGS"]
    try world.tellReader("form 13")
    try world.tellReader("free-chips on")
    try world.tellReader("rate 5")
    world.pass(seconds: 120)
    try world.tellReader("rate 0")
    world.pass(seconds: 10)
    let file = world.files[0]
    let stored = world.store.summary(of: world.key(file)).stored
    #expect(stored > (world.truth[file]?.count ?? 0) / 2, "\(stored)")
  }
}
