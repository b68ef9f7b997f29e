import AgentCore
import LinuxSystem
import One4AllProtocol
import Testing

@testable import AgentStore

let raceKey = FileKey(serialNumber: "O4A5-00051", file: "20260704-090000.csv")
let earlierKey = FileKey(serialNumber: "O4A5-00051", file: "20260703-090000.csv")

/// 2026-07-04 09:00:00.000, read as if it were UTC.
let raceStart: Int64 = 1_783_155_600_000

/// A passing's frame; another chip for another variant.
func passing(_ number: UInt32, variant: UInt32 = 0) -> Passing {
  guard let prefix = ChipPrefix("MC"), let check = CheckCode("937f6"),
    let time = LocalDateTime(millisecondsSince1970: raceStart + Int64(number) * 100),
    let passing = Passing(
      number: number, prefix: prefix, chip: (number + variant * 1000) % 100_000, at: time,
      antenna: UInt8(1 + number % 8), reads: 1 + number % 20, check: check)
  else { fatalError("no passing \(number)") }
  return passing
}

/// A passing to keep.
func kept(
  _ number: UInt32, variant: UInt32 = 0, trust: KeptPassing.Trust = .believed,
  origin: KeptPassing.Origin = .pushed, zone: String = "Europe/Berlin"
) -> KeptPassing {
  let passing = passing(number, variant: variant)
  return KeptPassing(
    passing: passing, zone: zone, utc: WallTime(milliseconds: passing.localMilliseconds - 7_200_000),
    arrivedAt: MonotonicTime(nanoseconds: 1_000_000_000 + Int64(number)),
    arrivedWall: WallTime(milliseconds: passing.localMilliseconds - 7_199_900),
    hostSynchronised: number % 2 == 0,
    origin: origin, trust: trust)
}

func kept(_ numbers: ClosedRange<UInt32>, trust: KeptPassing.Trust = .believed) -> [KeptPassing] {
  numbers.map { kept($0, trust: trust) }
}

/// When it was heard, as it is read by the daemon that heard it.
func arrival(of kept: KeptPassing) -> Arrival {
  Arrival(monotonic: kept.arrivedAt, wall: kept.arrivedWall, isSynchronised: kept.hostSynchronised)
}

/// As it is read to be sent.
func waiting(_ kept: KeptPassing) -> WaitingPassing {
  WaitingPassing(passing: kept.passing, utc: kept.utc, zone: kept.zone, arrival: arrival(of: kept))
}

func doubtfulFrame(_ number: UInt32, key: FileKey? = raceKey) -> DoubtfulFrame {
  DoubtfulFrame(
    key: key, passing: passing(number), reason: .jump, arrivedWall: WallTime(milliseconds: Int64(number)))
}

func session(
  token: String? = "token", standing: CloudSession.Standing = .open, cloud: String = cloud, askedAt: Int64 = 5
) -> CloudSession {
  CloudSession(
    cloud: cloud, deviceid: "device", token: token, alias: "Finish", standing: standing,
    askedAt: WallTime(milliseconds: askedAt), acknowledged: 3)
}

extension NumberSet: ExpressibleByArrayLiteral {
  /// Those numbers.
  public init(arrayLiteral numbers: UInt32...) { self.init(numbers) }
}

/// Fills a new store with passings that wait, much faster than by requests.
func fillWaiting(_ database: inout AgentDatabase, _ count: Int) throws {
  _ = try database.perform([.capture(raceKey, [kept(1)])])
  let frame = passing(1).text.dropFirst()
  try database.transaction { (database) throws(StoreError) in
    try database.connection.run(
      """
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      INSERT INTO passing (passing_id, utc_ms, arrived_ms, arrived_ns, zone_id, boot_id, host_synchronised,
        origin, trust, frame) SELECT (1 << 32) + i, \(raceStart - 7_200_000) + i, i, i, 1, 1, 1, 0, 0, i || '\(frame)' FROM n;
      UPDATE span SET high = \(count); UPDATE file SET stored = \(count);
      """, for: "test")
  }
}
