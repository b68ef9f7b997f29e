import Configuration
import LinuxSystem

/// The zone of the recordings' wall clock, and where it comes from.
struct DecodeZone {
  let zone: WallClockZone
  private let name: String?
  private let origin: String

  /// Why the zone that the default configuration sets is not taken, as a complaint; nil when nothing is wrong.
  let warning: String?

  /// The zone that was asked for, else the one that the configuration sets for the reader, else none.
  /// - Parameters:
  ///   - configuration: as the arguments name it; nil for the default file, which may be missing.
  ///   - standard: the default file.
  static func choose(
    _ name: String?, configuration: String?, standard: String = ToolCommand.defaultConfiguration
  ) throws(ToolError) -> DecodeZone {
    if let name {
      guard let zone = WallClockZone(name) else { throw ZoneArgument.unknown(name) }
      return DecodeZone(zone: zone, name: name, origin: "--time-zone", warning: nil)
    }
    let file = configuration ?? standard
    if configuration == nil, !Files.exists(file) { return none() }
    do throws(ConfigurationErrors) {
      guard let name = try ConfigurationLoader.readerTimeZone(path: file) else { return none() }
      // The names `localtime` and `posixrules` are in the zone database, but no reader's.
      guard let zone = WallClockZone(name) else { throw noZone(name, in: file) }
      return DecodeZone(zone: zone, name: name, origin: file, warning: nil)
    } catch {
      guard configuration == nil else { throw .configuration(error) }
      // The default file may be another user's; whoever named one wants it.
      let isRead = error.problems.contains { $0.message.hasPrefix("time_zone") }
      return none(warning: isRead ? "no time zone from the configuration:\n\(error)" : nil)
    }
  }

  private static func noZone(_ name: String, in file: String) -> ConfigurationErrors {
    ConfigurationErrors(problems: [
      ConfigurationProblem(file: file, line: nil, message: "time_zone: \(name) is no zone of a reader")
    ])
  }

  private static func none(warning: String? = nil) -> DecodeZone {
    DecodeZone(zone: .unknown, name: nil, origin: "", warning: warning)
  }

  /// A line for the summary; nil when there is nothing to say.
  func note(isUTCMissing: Bool) -> String? {
    if let name { return "UTC by the time zone \(name), from \(origin)\n" }
    return isUTCMissing ? "no time zone given, so UTC stays empty: --time-zone ZONE fills it\n" : nil
  }
}
