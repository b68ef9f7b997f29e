import CLinux
import Glibc
import One4AllProtocol
import Synchronization

/// Local wall clocks and UTC: the one place that knows what a zone's name means. It is a name of the system's zone
/// database, or a fixed offset as the cloud's exports write it (`GMT-06:00`, also `UTC+2` and `+05:30`). In an offset east
/// of Greenwich is positive. The database's own names `Etc/GMT+6` have it the other way round, as POSIX does.
///
/// The database is read by glibc, which has one zone a process, so callers take turns.
public enum ZoneDatabase {
  /// What a local wall clock's reading may be in UTC.
  public enum UTC: Equatable, Sendable {
    /// One moment, milliseconds since 1970-01-01T00:00:00Z.
    case once(Int64)
    /// Clocks were set back: it was read twice.
    case twice(earlier: Int64, later: Int64)
    /// Clocks were set forward over it: it was never read. The moment of the jump, and the moment that it would be
    /// by the offset that was in force before.
    case never(jump: Int64, byOffsetBefore: Int64)
  }

  /// Where the database is.
  public static var folder: String { getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo" }

  /// Files of the folder that stand for the zone of this machine: no reader's.
  private static let namesOfThisMachine = ["localtime", "posixrules"]

  private static let current = Mutex<String?>(nil)

  /// Whether there is that zone.
  public static func exists(_ zone: String) -> Bool { isNamed(zone) || RecordedZone.fixedOffset(zone) != nil }

  /// How a zone is written for everybody: as in the database, or `GMT-06:00`; nil when there is no such zone.
  public static func canonical(_ zone: String) -> String? {
    if isNamed(zone) { return zone }
    guard let minutes = RecordedZone.fixedOffset(zone) else { return nil }
    let digits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return "GMT\(minutes < 0 ? "-" : "+")\(digits(abs(minutes) / 60)):\(digits(abs(minutes) % 60))"
  }

  /// Milliseconds east of UTC; nil for a name of the database, and where there is no such zone.
  private static func fixedOffset(_ zone: String) -> Int64? {
    // Names that both know are the database's: `UTC`, `GMT+0`.
    guard let minutes = RecordedZone.fixedOffset(zone), !isNamed(zone) else { return nil }
    return Int64(minutes) * 60_000
  }

  /// Whether the database has that zone; names are like `Europe/Madrid`, and never lead out of the database.
  private static func isNamed(_ zone: String) -> Bool {
    let isName = zone.utf8.allSatisfy { byte in
      byte > 32 && byte < 127 && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "\\")
    }
    // No part is empty, `.` or `..`: such a name could lead out of the database, or be another one's second name.
    let parts = zone.split(separator: "/", omittingEmptySubsequences: false)
    guard isName, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }),
      !namesOfThisMachine.contains(where: { $0[...] == parts.last })
    else { return false }
    // The folder holds tables as well, which glibc would silently take for UTC.
    let file = open("\(folder)/\(zone)", O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { return false }
    defer { close(file) }
    var magic = [UInt8](repeating: 0, count: 4)
    let count = magic.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    return count == magic.count && magic == Array("TZif".utf8)
  }

  /// The wall clock of a zone at that moment, milliseconds since 1970-01-01T00:00:00 read as if it were UTC; nil when
  /// there is no such zone.
  public static func local(utc milliseconds: Int64, zone: String) -> Int64? {
    if let offset = fixedOffset(zone) { return milliseconds + offset }
    return inZone(zone) { milliseconds + offset(at: milliseconds) }
  }

  /// The moments at which a zone's wall clock showed that reading; nil when there is no such zone.
  public static func utc(local milliseconds: Int64, zone: String) -> UTC? {
    offsets(around: milliseconds, zone: zone)?.utc(local: milliseconds)
  }

  /// The offsets in force around a local reading, from the start of its day to the end; nil when there is no such zone.
  static func offsets(around local: Int64, zone: String) -> LocalOffsets? {
    let day: Int64 = 86_400_000
    let start = local - (local % day + day) % day
    if let offset = fixedOffset(zone) {
      return LocalOffsets(locals: start..<start + day, before: offset, change: nil)
    }
    return inZone(zone) {
      // A day more on both sides, because UTC is up to a day away; clocks change less often than once in three days.
      let (early, late) = (start - day, start + 2 * day)
      let (before, after) = (offset(at: early), offset(at: late))
      return LocalOffsets(
        locals: start..<start + day, before: before,
        change: before == after ? nil : (moment: jump(between: early, and: late), after: after))
    }
  }

  private static func inZone<Value: Sendable>(_ zone: String, _ body: () -> Value) -> Value? {
    current.withLock { current in
      if current != zone {
        guard isNamed(zone) else { return nil }
        setenv("TZ", ":\(zone)", 1)
        tzset()
        current = zone
      }
      return body()
    }
  }

  /// East of UTC is positive, milliseconds.
  private static func offset(at milliseconds: Int64) -> Int64 {
    var seconds = time_t(milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0))
    var parts = tm()
    localtime_r(&seconds, &parts)
    return Int64(parts.tm_gmtoff) * 1000
  }

  private static func jump(between early: Int64, and late: Int64) -> Int64 {
    var (low, high) = (early / 1000, late / 1000)
    let before = offset(at: early)
    while high - low > 1 {
      let middle = (low + high) / 2
      if offset(at: middle * 1000) == before { low = middle } else { high = middle }
    }
    return high * 1000
  }
}
