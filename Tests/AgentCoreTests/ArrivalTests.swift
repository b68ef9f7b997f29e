import Testing

@testable import AgentCore

@Suite("Ages by the clock that never steps")
struct ArrivalTests {
  private let wall = WallTime(milliseconds: 1_800_000_000_000)

  private func now(_ seconds: Int64, _ wall: WallTime, kernel: Bool = true) -> Moment {
    Moment(
      monotonic: MonotonicTime(nanoseconds: seconds * 1_000_000_000), wall: wall, kernelSynchronised: kernel)
  }

  private func age(_ arrival: Arrival, _ now: Moment) -> Duration { now.monotonic - arrival.placed(at: now) }

  @Test("Of what was heard in this run of the machine no step of the wall clock changes the age")
  func thisRun() {
    let arrival = Arrival(
      monotonic: MonotonicTime(nanoseconds: 40_000_000_000), wall: wall, isSynchronised: true)
    for step in [0, 200 * 86_400, -86_400, 1 << 40, -1 << 40] as [Int64] {
      #expect(age(arrival, now(100, wall + .seconds(step))) == .seconds(60))
    }
    #expect(age(arrival, now(10, wall)) == .zero)
  }

  @Test("What was heard in an earlier run is as old as this one at least; a synchronised clock tells more")
  func earlierRun() {
    let arrival = Arrival(monotonic: nil, wall: wall, isSynchronised: true)
    #expect(age(arrival, now(100, wall + .seconds(3600))) == .seconds(3600))
    #expect(age(arrival, now(100, wall + .seconds(3600), kernel: false)) == .seconds(100))
    #expect(age(arrival, now(100, wall - .seconds(86_400))) == .seconds(100))
    let unsure = Arrival(monotonic: nil, wall: WallTime(milliseconds: 0), isSynchronised: false)
    #expect(age(unsure, now(100, wall)) == .seconds(100))
    let absurd = Arrival(monotonic: nil, wall: WallTime(milliseconds: .min), isSynchronised: true)
    #expect(age(absurd, now(100, WallTime(milliseconds: .max))) > .seconds(100))
  }
}
