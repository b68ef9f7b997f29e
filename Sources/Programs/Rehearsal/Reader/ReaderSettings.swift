/// What a simulated reader begins with.
public struct ReaderSettings: Sendable {
  /// Serial number, GETSTATUS field 3.
  public var serialNumber = "O4A5-00051"
  /// Model, GETSTATUS field 4.
  public var model = "One4All 5"
  /// Firmware version, GETSTATUS field 29.
  public var firmware = "1.1.3.0"
  /// Zone of the wall clock, GETSTATUS field 19.
  public var timeZone = "America/Mexico_City"
  /// Code of the chips in the field, GETSTATUS field 7.
  public var chipPrefix = "MC"
  /// What its passings look like.
  public var form = ReaderForm()
  /// Connected antennas, each 1 to 8, GETSTATUS field 5.
  public var antennas = [1, 2, 3, 4, 6, 7, 8]
  /// Decides who passes when, and where faults with a probability strike.
  public var seed: UInt64 = 1
  /// Passings a second while in start mode, 0 to 100,000. For a replay 0 means its own pace.
  public var rate = 0.0
  /// How many chips are in the field, 1 to 99,999. All pass before one comes again; where that takes less than
  /// the bounce time, the reader ignores some.
  public var starters = 2000
  /// Passings to replay instead of a field; nil for a field.
  public var replay: [RecordedPassing]?
  /// How many times faster than its own pace a replay goes; more than 0.
  public var speed = 1.0
  /// Whether it begins in start mode.
  public var isStarted = false
  /// Frames a second in which lists (GETPASSINGS, GETFILE) leave, so that pushed passings come in between; 0: each
  /// list at once. Commands that come meanwhile wait for its end.
  public var listRate = 0.0
  /// Faults to begin with.
  public var faults = ReaderFaults()
  /// The zone database: UTC milliseconds since 1970 and a zone give local milliseconds, nil for no zone.
  public var localClock: @Sendable (_ utcMilliseconds: Int64, _ zone: String) -> Int64?

  /// A One4All 5 in Mexico City, in stop mode, with nobody passing.
  /// - Parameter localClock: the zone database; what a wall clock in the zone shows.
  public init(localClock: @escaping @Sendable (_ utcMilliseconds: Int64, _ zone: String) -> Int64?) {
    self.localClock = localClock
  }
}
