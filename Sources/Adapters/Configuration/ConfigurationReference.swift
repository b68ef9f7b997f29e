/// The texts about settings that are generated from their declarations.
public enum ConfigurationReference {
  /// Stands in docs/configuration.md between what is written by hand and the generated reference.
  public static let marker = "<!-- Generated from the declarations of the settings from here on. -->"

  /// The sample file: every key commented out, with its type, range and default.
  public static var sampleFile: String {
    let head = """
      # Settings of one4alld, the One4All timing device agent.
      #
      # Every key stands here with its default, commented out: remove the '#' before the key to change it.
      # Usually only [reader] port and [cloud] api_key_file have to be set.
      # A comment has a line of its own. Files in one4alld.conf.d/*.conf beside this one are read after it.
      # Check with `one4alld --check-config`, put in force with `systemctl reload one4alld`.

      """
    return head
      + SettingSection.allCases.map { section in
        let keys = SettingTable.all.filter { $0.section == section }.map(sampleEntry)
        return "\n# \(capitalised(section.title)).\n[\(section.rawValue)]\n\n" + keys.joined(separator: "\n")
      }.joined()
  }

  /// The reference: a table for each section, in Markdown.
  public static var tables: String {
    SettingSection.allCases.map { section in
      let rows = SettingTable.all.filter { $0.section == section }.map { setting in
        let standard = setting.defaultText.isEmpty ? "(empty)" : "`\(setting.defaultText)`"
        return
          "| `\(setting.name)` | \(setting.takes) | \(standard) | \(setting.reloadable ? "yes" : "no") | "
          + setting.help.joined(separator: " ") + " |"
      }
      return """
        ### [\(section.rawValue)]: \(section.title)

        | key | takes | default | reload | meaning |
        | --- | --- | --- | --- | --- |
        \(rows.joined(separator: "\n"))

        """
    }.joined(separator: "\n")
  }

  private static func sampleEntry(_ setting: SettingDeclaration) -> String {
    let standard = setting.defaultText.isEmpty ? "empty" : setting.defaultText
    let range = setting.range.isEmpty ? "" : "; range: \(setting.range)"
    let lines =
      setting.help + ["Type: \(setting.type)\(range)", "Default: \(standard)"]
      + (setting.reloadable ? [] : ["A change needs a restart of the daemon."])
    let value = setting.defaultText.isEmpty ? "" : " \(setting.defaultText)"
    return lines.map { "# \($0)\n" }.joined() + "#\(setting.name) =\(value)\n"
  }

  private static func capitalised(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }
}
