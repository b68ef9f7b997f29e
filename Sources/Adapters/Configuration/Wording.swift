/// What is said of names that are not known.
enum Wording {
  static func unknownSection(_ name: String) -> String {
    let sections = SettingSection.allCases.map(\.rawValue)
    if let meant = NearMiss.of(name, among: sections) {
      return "unknown section \(shown(name, "[", "]")); did you mean [\(meant)]?"
    }
    return "unknown section \(shown(name, "[", "]")); there are "
      + sections.map { "[\($0)]" }.joined(separator: " ")
  }

  /// - Parameter section: a known one, or empty when none was opened.
  static func unknownKey(_ key: String, in section: String) -> String {
    if secretNames.contains(key.lowercased().filter(\.isLetter)) {
      return "\(shown(key)): a secret does not belong in this file; write the key into a file of its own,"
        + " chmod 600 it, and name that file in api_key_file below [cloud]"
    }
    if section.isEmpty {
      guard let home = SettingTable.all.first(where: { $0.name == key })?.section.rawValue else {
        return "\(subject(key)) stands before any section; a section is opened by '[name]'"
      }
      return "\(shown(key)) stands before any section; put it below [\(home)]"
    }
    let homes = SettingTable.all.filter { $0.name == key }.map { "[\($0.section.rawValue)]" }
    if let home = homes.first {
      return "\(shown(key)) does not belong to [\(section)]; it belongs to \(home)"
    }
    let here = SettingTable.all.filter { $0.section.rawValue == section }.map(\.name)
    if let meant = NearMiss.of(key, among: here) {
      return "unknown key \(shown(key)) in [\(section)]; did you mean '\(meant)'?"
    }
    if let meant = NearMiss.of(key, among: SettingTable.all.map(\.name)),
      let home = SettingTable.all.first(where: { $0.name == meant })
    {
      return "unknown key \(shown(key)) in [\(section)]; did you mean '\(meant)'? It belongs to"
        + " [\(home.section.rawValue)]"
    }
    return "unknown key \(shown(key)) in [\(section)]; there are \(here.joined(separator: ", "))"
  }

  /// Names under which people write the key itself; letters only.
  private static let secretNames: Set<String> = [
    "apikey", "xapikey", "key", "secret", "token", "password", "apitoken", "apisecret",
  ]

  /// As a sentence begins with it.
  private static func subject(_ key: String) -> String {
    let shown = shown(key)
    return shown.hasPrefix("of ") ? "a key \(shown)" : shown
  }

  /// A name as it stands in the file. What does not look like a name may be a secret that slipped onto the left
  /// side of a '=': only its length is told.
  private static func shown(_ name: String, _ open: String = "'", _ close: String = "'") -> String {
    let isName =
      name.utf8.count <= 32 && name.allSatisfy { $0.isASCII && ($0.isLetter || "_- .".contains($0)) }
    return isName ? "\(open)\(name)\(close)" : "of \(name.count) characters"
  }
}
