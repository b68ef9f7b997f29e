import JSONDocument
import JSONText
import Testing

@Suite("JSON text")
struct JSONTextTests {
  @Test(
    "is read as what it says",
    arguments: [
      ("null", nil), (" true ", true), ("-7", -7), ("9223372036854775807", .integer(.max)),
      ("1.5", .number(1.5)), ("1e3", .number(1000)), ("\"\"", ""), ("\"\\u00e9\\ud83d\\ude00\\n\"", "é😀\n"),
      ("\"a\\u0000b\"", "a\0b"), ("[]", []), ("[1,[2]]", [1, [2]]), ("{}", [:]),
      ("{\"a\":{\"b\":null}}", ["a": ["b": nil]]),
    ] as [(String, JSONValue)])
  func reading(text: String, value: JSONValue) throws {
    #expect(try JSONText.parse(text) == value)
  }

  @Test(
    "that is none is refused",
    arguments: [
      "", " ", "{", "[1,]", "{\"a\":1,}", "{ description: \"Device not found\", }", "'a'", "01", "nul", "1 2",
      "\"a", "<html></html>", "{\"a\" 1}",
    ])
  func refused(text: String) {
    #expect(throws: JSONTextError.self) { try JSONText.parse(text) }
  }

  @Test("that is no UTF-8 is refused")
  func notUTF8() {
    #expect(throws: JSONTextError.self) { try JSONText.parse([0x22, 0xFF, 0x22]) }
    #expect(throws: JSONTextError.self) { try JSONText.parse([]) }
  }

  @Test("says where it is wrong")
  func place() {
    let error = #expect(throws: JSONTextError.self) { try JSONText.parse("{\n  \"a\": x\n}") }
    #expect(error?.line == 2)
    #expect(error.map { "\($0)".hasPrefix("not JSON at line 2, column ") } == true)
  }

  @Test("nested too deep is refused, not a crash")
  func deep() {
    let depth = 100_000
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(throws: JSONTextError.self) { try JSONText.parse(text) }
  }

  @Test("is written in one line, members in their order")
  func writing() {
    let document: JSONValue = ["b": 1, "a": [true, nil, "x\"\\\n"], "c": [:]]
    #expect(JSONText.write(document) == #"{"b":1,"a":[true,null,"x\"\\\n"],"c":{}}"#)
    #expect(JSONText.write("a\0b") == #""a\u0000b""#)
    #expect(JSONText.write(["a": [1]], indented: true) == "{\n  \"a\": [\n    1\n  ]\n}")
  }

  @Test("has numbers as a person writes them")
  func numbers() {
    #expect(JSONText.write(.number(46.2)) == "46.2")
    #expect(JSONText.write(.number(0.1)) == "0.1")
    #expect(JSONText.write(.number(25)) == "25.0")
    #expect(JSONText.write(.integer(.min)) == "-9223372036854775808")
    #expect(JSONText.write([.number(.infinity), .number(.nan)]) == "[null,null]")
  }

  @Test("comes back as it went")
  func roundTrip() throws {
    let document: JSONValue = [
      "text": "é😀\u{1}\0\u{7F}", "numbers": [0, -1, .number(-0.25), .number(1e300)], "empty": "",
      "nested": [["deep": [[]]]], "": "no name",
    ]
    #expect(try JSONText.parse(JSONText.write(document)) == document)
    #expect(try JSONText.parse(JSONText.write(document, indented: true)) == document)
  }
}
