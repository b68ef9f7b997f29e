public import AgentCore

/// A setting that differs between two configurations.
public struct SettingChange: Equatable, Sendable, CustomStringConvertible {
  /// Section and key, e.g. `reader.port`.
  public let name: String
  /// The value before, as it stands in a file; empty when unset.
  public let old: String
  /// The value now.
  public let new: String
  /// Whether only a restart of the daemon puts it in force.
  public let needsRestart: Bool

  /// `reader.port: /dev/ttyUSB0 -> /dev/ttyUSB1`.
  public var description: String {
    "\(name): \(old.isEmpty ? "(empty)" : old) -> \(new.isEmpty ? "(empty)" : new)"
  }

  /// What differs, in the order of the reference.
  public static func between(_ old: AgentSettings, _ new: AgentSettings) -> [SettingChange] {
    SettingTable.all.compactMap { declaration in
      let (before, after) = (declaration.text(old), declaration.text(new))
      guard before != after else { return tableChange(declaration, old, new) }
      return SettingChange(
        name: declaration.fullName, old: before, new: after, needsRestart: !declaration.reloadable)
    }
  }

  private static func chips(_ count: Int) -> String { count == 1 ? "1 chip" : "\(count) chips" }

  /// The table of bibs may change while its file keeps its name.
  private static func tableChange(
    _ declaration: SettingDeclaration, _ old: AgentSettings, _ new: AgentSettings
  ) -> SettingChange? {
    guard declaration.fullName == "passings.bib_map", case .map(let before) = old.passings.bib,
      case .map(let after) = new.passings.bib, before != after
    else { return nil }
    let common = before.bibs.filter { after.bibs[$0.key] == $0.value }.count
    return SettingChange(
      name: declaration.fullName, old: chips(before.bibs.count),
      new: "\(chips(after.bibs.count)), \(common) of them as before", needsRestart: false)
  }
}

extension AgentSettings {
  /// These settings as far as a reload puts them in force: what needs a restart stays as it is in the running ones.
  public func inForce(over running: AgentSettings) -> AgentSettings {
    var settings = self
    for declaration in SettingTable.all where !declaration.reloadable { declaration.copy(running, &settings) }
    return settings
  }
}
