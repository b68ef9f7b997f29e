import AgentCore
import Glibc

/// The outcome of checking a configuration, as `one4alld --check-config` and `one4allctl check-config` show it.
public struct ConfigurationCheck: Equatable, Sendable {
  /// The settings in force with their origins, or one line a problem; ends in a newline.
  public let text: String
  /// Whether something is wrong: the text then belongs on standard error.
  public let isFaulty: Bool

  /// 0 when all is well, else 78 (sysexits EX_CONFIG).
  public var exitCode: Int32 { isFaulty ? 78 : 0 }

  /// Checks the configuration at that path, the files that it names included.
  public static func run(path: String) -> ConfigurationCheck {
    do throws(ConfigurationErrors) {
      let loaded = try ConfigurationLoader.load(path: path)
      if let fault = faultOfGroup(loaded) {
        return ConfigurationCheck(text: "\(fault)\n", isFaulty: true)
      }
      return ConfigurationCheck(text: loaded.effectiveText(), isFaulty: false)
    } catch {
      return ConfigurationCheck(text: error.description, isFaulty: true)
    }
  }

  /// The daemon runs without its control socket while the group is missing, and tries again: it may be made later.
  /// Whoever checks wants to know.
  private static func faultOfGroup(_ loaded: LoadedConfiguration) -> String? {
    guard let name = loaded.settings.controlGroup else { return nil }
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    var buffer = [CChar](repeating: 0, count: 65_536)
    let code = getgrnam_r(name, &entry, &buffer, buffer.count, &found)
    guard found == nil, code == 0 || code == ENOENT else { return nil }
    return "\(loaded.origin(of: "control.group")): there is no group '\(name)': create it"
      + " (`groupadd --system \(name)`), or name another"
  }
}
