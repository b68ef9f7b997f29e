import JSONDocument
import Testing

@Suite("JSON objects and values")
struct JSONObjectTests {
  @Test("An object keeps its order while members are set, changed and removed")
  func order() {
    var object = JSONObject()
    object["b"] = 1
    object["a"] = 2
    object["b"] = 3
    object["c"] = .null
    object["a"] = nil
    object["absent"] = nil
    #expect(object.members == [.init(name: "b", value: 3), .init(name: "c", value: .null)])
  }

  @Test("Objects are equal in whatever order")
  func equality() {
    #expect(["a": 1, "b": 2] as JSONValue == ["b": 2, "a": 1])
    #expect(["a": 1] as JSONValue != ["a": 1, "b": 2])
    #expect(["a": nil] as JSONValue != [:])
    #expect(JSONValue.integer(1) != .number(1))
  }

  @Test("A value gives what it is, and nil for what it is not")
  func access() {
    let document: JSONValue = ["list": [1, "x"], "flag": true, "real": .number(2.5)]
    #expect(document["list"]?.array?.count == 2)
    #expect(document["flag"]?.bool == true)
    #expect(document["flag"]?.string == nil)
    #expect(document["real"]?.number == 2.5)
    #expect(document["real"]?.integer == nil)
    #expect(document["list"]?.array?.first?.number == 1)
    #expect(document["absent"] == nil)
    #expect(JSONValue.null.isNull)
    #expect(JSONValue.text(nil) == .null && JSONValue.whole(7 as UInt8) == 7)
    #expect(JSONValue.whole(UInt64.max) == .integer(.max))
    #expect(JSONValue.flag(nil) == .null && JSONValue.real(1) == .number(1))
  }
}
