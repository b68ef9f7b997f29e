import LinuxSystem
import Testing

@testable import AgentCore

@Suite("Any cloud answer, any reader reply, any moment")
struct HostileWorldTests {
  private static let folder =
    Files.parent(of: Files.parent(of: Files.parent(of: #filePath))) + "/Fuzzing/CoreCorpus"
  private static let inputs = ((try? Files.list(folder)) ?? []).sorted()

  @Test("Nothing traps, and the core comes to rest", arguments: WildSeeds.some(8))
  func nothingTraps(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    for run in 0..<25 {
      // A zero chooses what a good reader, cloud and store would do: with many of them a world goes far.
      let calm = [0, 0.5, 0.8, 0.9, 0.95][run % 5]
      let bytes = (0..<1500).map { _ in
        Double.random(in: 0..<1, using: &random) < calm ? 0 : UInt8.random(in: .min ... .max, using: &random)
      }
      try HostileWorld.check(bytes)
    }
  }

  @Test("The same holds for the fuzzer's seeds, and for all that it once found", arguments: inputs)
  func seeds(_ name: String) throws { try HostileWorld.check(Files.read("\(Self.folder)/\(name)")) }
}
