import Rehearsal
import Testing

@Suite("Commands to the simulated cloud")
struct CloudOrderTests {
  private func fault(_ kind: CloudFault.Kind, _ change: (inout CloudFault) -> Void = { _ in }) -> CloudOrder {
    var fault = CloudFault(kind: kind)
    change(&fault)
    return .add(fault)
  }

  @Test("say what fails, when and where, in any order")
  func failures() throws {
    #expect(try CloudOrder("fail 503") == fault(.fail(status: 503, retryAfter: nil)))
    #expect(try CloudOrder("  fail  503   until ok ") == fault(.fail(status: 503, retryAfter: nil)))
    #expect(
      try CloudOrder("fail 429 retry-after 3 on write")
        == fault(.fail(status: 429, retryAfter: 3)) { $0.scope = .writing })
    let expected = fault(.fail(status: 500, retryAfter: nil)) {
      $0.remaining = 4
      $0.scope = .route(.insertPassings)
      $0.isAfterWork = true
    }
    #expect(try CloudOrder("fail 500 for 4 requests on passings-insert after-work") == expected)
    #expect(try CloudOrder("fail 500 after-work on passings-insert for 4 requests") == expected)
    #expect(
      try CloudOrder("fail rate 2.5% after-work")
        == fault(.fail(status: 503, retryAfter: nil)) {
          $0.percent = 2.5
          $0.isAfterWork = true
        })
  }

  @Test(
    "know durations",
    arguments: [("2s", 2000), ("500ms", 500), ("1min", 60_000), ("3", 3000), ("0.5s", 500)]
      as [(String, Int64)])
  func durations(word: String, milliseconds: Int64) throws {
    #expect(try CloudOrder("slow \(word)") == fault(.slow(milliseconds: milliseconds)))
  }

  @Test("know resets")
  func resets() throws {
    #expect(try CloudOrder("reset before") == fault(.reset))
    #expect(
      try CloudOrder("reset after 2 on bind")
        == fault(.reset) {
          $0.isAfterWork = true
          $0.remaining = 2
          $0.scope = .route(.bind)
        })
  }

  @Test("keep the spaces between words of a value")
  func values() throws {
    #expect(try CloudOrder("set O4A-1 model One4All 5 PRO") == .edit("O4A-1", .model("One4All 5 PRO")))
    #expect(try CloudOrder("set O4A-1 last_seen null") == .edit("O4A-1", .lastSeen(nil)))
    #expect(
      try CloudOrder("key ror:with:colons:READ_WRITE+UNBIND")
        == .key("ror:with:colons", [.read, .write, .unbind]))
  }

  @Test(
    "are refused with the reason",
    arguments: [
      "", "nonsense", "fail", "fail 200", "fail 503 twice", "fail 503 for 0 requests",
      "fail 503 for two requests",
      "fail 503 for 2", "fail 503 on nowhere", "fail 503 until dawn", "fail rate 20", "fail rate 200%",
      "slow", "slow down", "slow -1s", "slow 1s after-work", "reset", "reset during", "reset before 0",
      "portal maybe", "redirect", "unbind", "set", "set X", "set X firmware", "set X colour red",
      "set X last_seen yesterday", "patch-route 500", "envelope v1", "date-offset later", "key", "key x",
      "key :READ", "key x:ALL", "error-body none", "fields", "fields null", "fields odd", "requests 0",
      "requests x", "ok now", "devices please",
    ])
  func refused(command: String) {
    #expect(throws: CloudOrderError.self) { try CloudOrder(command) }
  }

  @Test("Access types have names")
  func access() {
    for name in ["READ", "WRITE", "READ_WRITE", "UNBIND", "READ+UNBIND", "READ_WRITE+UNBIND"] {
      #expect(CloudAccess(name: name)?.name == name)
    }
    for name in ["", "read", "READ+", "+READ", "ALL"] { #expect(CloudAccess(name: name) == nil) }
  }
}
