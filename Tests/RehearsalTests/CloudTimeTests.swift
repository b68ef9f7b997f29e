import Rehearsal
import Testing

@Suite("The cloud's times")
struct CloudTimeTests {
  @Test(
    "are written and read in the same form",
    arguments: [
      ("1970-01-01T00:00:00.000Z", 0), ("2023-02-02T12:10:13.000Z", 1_675_339_813_000),
      ("2024-02-29T23:59:59.999Z", 1_709_251_199_999), ("1969-12-31T23:59:59.999Z", -1),
      ("2100-03-01T00:00:00.001Z", 4_107_542_400_001),
    ] as [(String, Int64)])
  func roundTrip(text: String, milliseconds: Int64) {
    #expect(CloudTime.text(milliseconds) == text)
    #expect(CloudTime.parse(text) == milliseconds)
  }

  @Test(
    "are refused in any other form",
    arguments: [
      "", "2023-02-02", "2023-02-02T12:10:13Z", "2023-02-02T12:10:13.000", "2023-02-02 12:10:13.000Z",
      "2023-02-02T12:10:13.000+00:00", "2023-02-29T12:10:13.000Z", "2023-13-01T12:10:13.000Z",
      "2023-00-01T12:10:13.000Z", "2023-01-00T12:10:13.000Z", "2023-02-02T24:10:13.000Z",
      "2023-02-02T12:60:13.000Z", "2023-02-02T12:10:60.000Z", "2100-02-29T00:00:00.000Z",
      "2023-02-02T12:10:13.00٣Z", "2023-02-02T1:10:13.0000Z",
    ])
  func refused(text: String) {
    #expect(CloudTime.parse(text) == nil)
  }
}
