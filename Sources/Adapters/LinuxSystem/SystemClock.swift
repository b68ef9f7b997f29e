import CLinux
import Glibc

/// The machine's clocks, and whether the kernel vouches for the wall clock.
public enum SystemClock {
  /// Nanoseconds of the clock that never steps and goes on while the machine sleeps (CLOCK_BOOTTIME).
  public static var monotonicNanoseconds: Int64 { nanoseconds(CLOCK_BOOTTIME) }

  /// Milliseconds since 1970-01-01T00:00:00Z by the host's wall clock, right or wrong.
  public static var wallMilliseconds: Int64 { nanoseconds(CLOCK_REALTIME) / 1_000_000 }

  /// Whether the kernel calls the wall clock synchronised (adjtimex: neither TIME_ERROR nor STA_UNSYNC).
  public static var isSynchronised: Bool {
    var time = timex()
    let state = adjtimex(&time)
    return state != -1 && state != TIME_ERROR && time.status & STA_UNSYNC == 0
  }

  private static func nanoseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
