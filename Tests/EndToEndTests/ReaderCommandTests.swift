import JSONDocument
import TestSupport
import Testing

extension EndToEndTests {
  @Test(
    "The reader's buzzer is turned off and on, its refusal is told, and without a reader nothing is promised")
  func buzzer() throws {
    let field = try Field(rate: 5)
    try field.start()
    #expect(field.waits(40) { ($0["passings"]?["stored"]?.integer ?? 0) > 0 })
    for word in ["off", "on"] {
      let done = try field.tool("set-buzzer", word)
      #expect(field.waits(40) { $0["reader"]?["buzzer"] == .bool(word == "on") })
      #expect(done.code == 0 && done.output.contains("the reader has done SETBUZZER"), "\(done)")
    }
    #expect(eventually { field.text("daemon.log").contains("a person: the reader has done SETBUZZER") })
    try field.tell("reader", "refuse SETBUZZER ERR")
    let refused = try field.tool("set-buzzer", "off")
    #expect(refused.code == 1 && refused.errors.contains("the reader refuses SETBUZZER"), "\(refused)")
    try field.tell("reader", "mute")
    let unheard = try field.tool("set-buzzer", "off")
    let words = ["no answer to SETBUZZER", "the reader has gone"]
    #expect(unheard.code == 1 && words.contains { unheard.errors.contains($0) }, "\(unheard)")
    try field.tell("reader", "unmute")
    // Passings went on all the while.
    let before = field.status["passings"]?["stored"]?.integer ?? 0
    #expect(field.waits(40) { ($0["passings"]?["stored"]?.integer ?? 0) > before + 5 })
    #expect(field.stop() == 0)
    field.configure(port: field.folder.file("nowhere"))
    try field.start()
    #expect(field.waits(40) { $0["reader"]?["state"] == "absent" })
    let absent = try field.tool("set-buzzer", "on")
    #expect(absent.code == 1 && absent.errors.contains("no reader is connected"), "\(absent)")
    #expect(field.stop() == 0)
  }
}
