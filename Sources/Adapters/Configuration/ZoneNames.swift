import LinuxSystem
import ZoneDatabase

/// The names in the zone database, for who has typed none of them.
public enum ZoneNames {
  private static let shown = 3

  /// What a person probably meant, or where the names are shown.
  public static func hint(for text: String) -> String {
    let near = near(text)
    return near.isEmpty
      ? "write it like Europe/Madrid (`timedatectl list-timezones`) or GMT-06:00"
      : "is it \(near.joined(separator: " or "))?"
  }

  /// Up to three names that a person probably meant.
  public static func near(_ text: String) -> [String] {
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
