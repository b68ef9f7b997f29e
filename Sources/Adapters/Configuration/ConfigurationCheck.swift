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
      return ConfigurationCheck(text: loaded.effectiveText(), isFaulty: false)
    } catch {
      return ConfigurationCheck(text: error.description, isFaulty: true)
    }
  }
}
