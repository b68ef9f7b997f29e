import Configuration
import LinuxSystem
import ZoneDatabase

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

/// The names in the zone database.
enum ZoneNames {
  /// Up to three names that a person probably meant.
  static func near(_ text: String) -> [String] {
    let names = all()
    let place = { (name: String) in Files.name(of: name).lowercased() }
    let same = names.filter { place($0) == place(text.replacing(" ", with: "_")) }
    if !same.isEmpty { return Array(same.prefix(shown)) }
    // Without the area: by the place alone.
    guard text.contains("/") else {
      let meant = NearMiss.of(text, among: names.map(Files.name))
      return Array(names.filter { Files.name(of: $0) == meant }.prefix(shown))
    }
    return NearMiss.of(text, among: names).map { [$0] } ?? []
  }

  private static let shown = 3

  /// `Area/Place` and such, without the database's second copies of itself.
  private static func all(under folder: String = ZoneDatabase.folder, prefix: String = "") -> [String] {
    let names = (try? Files.list(folder)) ?? []
    return names.flatMap { name -> [String] in
      guard name.first?.isUppercase == true else { return [] }
      let path = "\(folder)/\(name)"
      return (try? Files.status(path))?.kind == .folder
        ? all(under: path, prefix: "\(prefix)\(name)/") : ["\(prefix)\(name)"]
    }
  }
}
