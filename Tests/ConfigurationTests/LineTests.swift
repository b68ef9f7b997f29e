import AgentCore
import Configuration
import LinuxSystem
import TestSupport
import Testing

/// How lines are read: what inih does, and what is kept from it.
@Suite struct LineTests {
  @Test func commentsBlankLinesAndBlanksAroundDoNotMatter() throws {
    let text = "\n# a\n; b\n  [reader]  ; c\n\t port\t=  /dev/ttyS1 ; d\r\n   # e\n"
    #expect(try load(text).settings.reader.port.description == "/dev/ttyS1")
  }

  @Test func aColonSeparatesToo() throws {
    #expect(try load("[cloud]\nurl: https://cloud.example").settings.cloud.url == "https://cloud.example")
  }

  @Test func anEqualsSignMayStandInAValue() throws {
    #expect(try load("[device]\nalias = a = b").settings.device.alias == "a = b")
  }

  @Test func aByteOrderMarkIsSkipped() throws {
    #expect(try load("\u{FEFF}[log]\nlevel = debug").settings.logLevel == .debug)
  }

  @Test func aSectionMayBeOpenedAgain() throws {
    let settings = try load("[reader]\ndtr = no\n[log]\n[reader]\nrts = no").settings
    #expect(!settings.reader.dtr && !settings.reader.rts)
  }

  @Test func anIndentedLineContinuesNothing() {
    #expect(
      problems("[device]\nalias = one\n  two\n  type = x") == [
        "one4alld.conf:3: neither '[section]' nor 'key = value'"
      ])
  }

  @Test func everyLineWithoutASeparatorIsTold() {
    #expect(
      problems("[reader]\nport\n\nrts\n") == [
        "one4alld.conf:2: neither '[section]' nor 'key = value'",
        "one4alld.conf:4: neither '[section]' nor 'key = value'",
      ])
  }

  @Test func aMissingNameIsTold() {
    #expect(problems("[reader]\n= x") == ["one4alld.conf:2: a name is missing before '='"])
  }

  @Test(arguments: ["[reader", "[reader] port = /dev/ttyS1", "[]", "[ ]"])
  func aBadHeaderIsToldOnceAndNotForTheKeysBelow(header: String) {
    #expect(
      problems("[log]\n\(header)\nport = /dev/ttyS0\nlevel = info") == [
        "one4alld.conf:2: a section is written '[name]' on a line of its own"
      ])
  }

  @Test func aLineThatFitsExactlyIsReadAndOneByteMoreIsRefused() throws {
    let path = "/" + String(repeating: "a", count: 198 - "directory = /".count)
    #expect(try load("[store]\ndirectory = \(path)").settings.storeDirectory == path)
    #expect(
      problems("[store]\ndirectory = \(path)b\n[log]\nlevel = loud") == [
        "one4alld.conf:2: this line has 199 bytes; at most 198 are read",
        "one4alld.conf:4: level: 'loud' is not a level; one of alert, error, warning, notice, info, debug",
      ])
  }

  @Test func longCommentsAreNoFault() {
    #expect(problems("#" + String(repeating: "-", count: 100_000) + "\n[log]\nlevel = info") == [])
  }

  @Test func aLineThatIsNotUTF8IsRefused() throws {
    let folder = TemporaryFolder()
    let path = folder.file("one4alld.conf")
    try Files.replace(path, with: Array("[device]\nalias = Z".utf8) + [0xFC] + Array("rich\ntype = x y".utf8))
    #expect(problems(at: path, in: folder) == ["one4alld.conf:2: this line is not UTF-8"])
  }

  @Test(arguments: ["\0", "\u{7}", "\u{1B}", "\r"]) func controlCharactersAreRefused(character: String) {
    #expect(
      problems("[device]\nalias = a\(character)b\n[log]") == [
        "one4alld.conf:2: a control character stands in this line"
      ])
  }
}
