import AgentCore

/// Where a value comes from.
public enum SettingOrigin: Equatable, Sendable, CustomStringConvertible {
  /// No file sets it.
  case standard
  /// That line of that file, from 1.
  case file(String, line: Int)

  /// `default`, or `FILE:LINE`.
  public var description: String {
    switch self {
    case .standard: "default"
    case .file(let path, let line): "\(path):\(line)"
    }
  }
}

/// A configuration without faults: its settings, and where each comes from.
public struct LoadedConfiguration: Equatable, Sendable {
  /// The settings.
  public let settings: AgentSettings
  private let origins: [String: SettingOrigin]

  init(settings: AgentSettings, origins: [String: SettingOrigin]) {
    self.settings = settings
    self.origins = origins
  }

  /// Where a setting comes from.
  /// - Parameter name: section and key, e.g. `reader.port`.
  public func origin(of name: String) -> SettingOrigin { origins[name] ?? .standard }

  /// The settings in force as INI text that can be read again, each with its origin behind it as a comment.
  /// Holds no secret: the key itself is no setting.
  public func effectiveText() -> String {
    SettingSection.allCases.map { section in
      let rows = SettingTable.all.filter { $0.section == section }.map { declaration in
        let value = declaration.text(settings)
        let left = value.isEmpty ? "\(declaration.name) =" : "\(declaration.name) = \(value)"
        return (left, "; \(origin(of: declaration.fullName))")
      }
      let width = rows.map(\.0.count).max() ?? 0
      let lines = rows.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 }
      return "[\(section.rawValue)]\n" + lines.joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }
}
