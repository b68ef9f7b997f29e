import Configuration
import LinuxSystem
import ZoneDatabase

/// The zone of the recordings' wall clock, and where it comes from.
struct DecodeZone {
  let zone: WallClockZone
  private let name: String?
  private let origin: String

  /// The zone that was asked for, else the one that the configuration sets for the reader, else none.
  /// - Parameter configuration: as the arguments name it; nil for the default file, which may be missing.
  static func choose(_ name: String?, configuration: String?) throws(ToolError) -> DecodeZone {
    if let name {
      guard let zone = WallClockZone(name) else { throw ZoneArgument.unknown(name) }
      return DecodeZone(zone: zone, name: name, origin: "--time-zone")
    }
    let file = configuration ?? ToolCommand.defaultConfiguration
    if configuration == nil, !Files.exists(file) { return none }
    do throws(ConfigurationErrors) {
      guard let name = try ConfigurationLoader.readerTimeZone(path: file), let zone = WallClockZone(name)
      else {
        return none
      }
      return DecodeZone(zone: zone, name: name, origin: file)
    } catch {
      // The default file may be another user's; whoever named one wants it.
      if configuration == nil { return none }
      throw .configuration(error)
    }
  }

  private static let none = DecodeZone(zone: .unknown, name: nil, origin: "")

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
