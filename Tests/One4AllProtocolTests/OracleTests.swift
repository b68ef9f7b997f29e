import LinuxSystem
import One4AllProtocol
import ProtocolOracles
import Testing

/// The fuzzer's oracles over its seeds, and over every input that once broke something (`Fixtures/crashes`).
@Suite struct OracleTests {
  private static let tests = Files.parent(of: Files.parent(of: #filePath))

  private static func files(in folder: String) -> [String] {
    ((try? Files.list("\(tests)/\(folder)")) ?? []).sorted().map { "\(tests)/\(folder)/\($0)" }
  }

  static let seeds = files(in: "Fuzzing/Corpus")
  static let crashes = files(in: "One4AllProtocolTests/Fixtures/crashes")

  @Test func seedsAreThere() { #expect(Self.seeds.count >= 20) }

  @Test(arguments: seeds + crashes) func hold(_ file: String) throws { try Oracles.check(Files.read(file)) }

  @Test(arguments: Fixture.all) func holdOverFixtures(_ fixture: Fixture) throws {
    try Oracles.check(fixture.bytes)
  }

  @Test(arguments: [
    RealLine.passing, "4294967295;zA;99999;0001-01-01;00:00:00.000;8;4294967295;Z1y39",
    "27;MC;02620;2000-02-29;23:59:59.999;6;0;O90ut",
  ])
  func naiveReadingTakesGoodPassings(_ text: String) {
    guard case .valid = NaivePassing(Array(text.utf8)) else {
      Issue.record("it does not")
      return
    }
    for length in 0..<text.utf8.count {
      #expect(NaivePassing(Array(text.utf8.prefix(length))) == .cut, "\(length) bytes")
    }
  }

  @Test(arguments: [
    "0;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", "1;M-;02976;2019-12-12;09:02:07.295;3;4;937f6",
    "1;MC;;2019-12-12;09:02:07.295;3;4;937f6", "1;MC;02976;2019-02-29;09:02:07.295;3;4;937f6",
    "1;MC;02976;2019-12-12;24:02:07.295;3;4;937f6", "1;MC;02976;2019-12-12;09:02:07.295;9;4;937f6",
    "1;MC;02976;2019-12-12;09:02:07.295;3;04;937f6", "1;MC;02976;2019-12-12;09:02:07.295;3;4;HELLO",
    "4294967296;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", "1;MC;02976;2019-12-12;09:02:07.295;3;4;93 f6",
    "1;MC;02976;1900-02-29;09:02:07.295;3;4;937f6", "1;MC;02976;2019-13",
  ])
  func naiveReadingTakesNoOthers(_ text: String) { #expect(NaivePassing(Array(text.utf8)) == .wrong) }
}
