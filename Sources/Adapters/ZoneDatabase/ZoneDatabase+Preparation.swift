import CLinux
import Glibc

extension ZoneDatabase {
  /// Makes changing the zone harmless for other threads. To be called once, before any thread is started.
  ///
  /// glibc takes its zone from the variable TZ, and other threads read the environment at any time (libcurl, SQLite,
  /// the resolver). Setting a variable that is not there may move the whole environment away under them. Setting one
  /// that is there puts another pointer into its place and frees nothing, so a reader sees the old text or the new
  /// one, each whole; so TZ is put there once, while nobody else looks, and is never removed. `tzset` and
  /// `localtime_r` keep out of each other's way by a lock in glibc, and calls of this type by one of its own. Nothing
  /// else in the daemon asks for local time: the journal and libcurl label by UTC, all our texts are UTC.
  public static func prepare() {
    setenv("TZ", ":UTC", 1)
    tzset()
  }
}
