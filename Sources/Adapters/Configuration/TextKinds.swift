import AgentCore
import LinuxSystem
import ZoneDatabase

extension SettingKind where Value == String {
  /// One of a few words.
  static func choice(_ words: [String]) -> SettingKind {
    let list = words.joined(separator: " or ")
    return SettingKind(
      type: "word", range: list,
      parse: { text throws(Refusal) in
        guard words.contains(text) else { throw Refusal("is not known; \(list)") }
        return text
      }, format: { $0 })
  }

  /// Printable text of some length, counted in characters.
  static func text(_ longest: Int) -> SettingKind {
    SettingKind(
      type: "text", range: "up to \(longest) characters",
      parse: { text throws(Refusal) in
        guard text.count <= longest else {
          throw Refusal("has \(text.count) characters; at most \(longest)")
        }
        guard !text.contains("\t") else { throw Refusal("has a tab in it") }
        return text
      }, format: { $0 })
  }

  /// A file or folder, by its full path.
  /// - Parameter longest: in bytes.
  static func path(longest: Int = 4_095) -> SettingKind {
    SettingKind(
      type: "path", range: longest < 4_095 ? "absolute, up to \(longest) bytes" : "absolute",
      parse: { text throws(Refusal) in
        let path = try absolutePath(text)
        guard path.utf8.count <= longest else {
          throw Refusal("has \(path.utf8.count) bytes; at most \(longest)")
        }
        return path
      }, format: { $0 })
  }

  /// A zone of the system's zone database, e.g. `Europe/Madrid`, or a fixed offset, `GMT-06:00`.
  static var timeZone: SettingKind {
    SettingKind(
      type: "time zone", range: "a name such as Europe/Madrid or UTC, or an offset such as GMT-06:00",
      parse: { text throws(Refusal) in
        guard let zone = ZoneDatabase.canonical(text) else {
          throw Refusal("is no time zone; \(ZoneNames.hint(for: text))")
        }
        return zone
      }, format: { $0 })
  }

  /// A group of users by its name.
  static var group: SettingKind {
    SettingKind(
      type: "group", range: "name of a group of users",
      parse: { text throws(Refusal) in
        let isName = text.utf8.allSatisfy { byte in
          let character = Character(UnicodeScalar(byte))
          return character.isASCII && (character.isLetter || character.isNumber || "_-.".contains(character))
        }
        guard isName, text.utf8.count <= 32, text.first?.isNumber == false, !text.hasPrefix("-") else {
          throw Refusal("is not the name of a group")
        }
        return text
      }, format: { $0 })
  }

  /// The cloud's base address.
  static var cloudAddress: SettingKind {
    SettingKind(
      type: "address", range: "https://…, or http://… to this machine only",
      parse: { text throws(Refusal) in
        let address = try WebAddress(text, schemes: ["https", "http"])
        guard address.scheme == "https" || address.isLoopback else {
          throw Refusal("would send the key unprotected; use https:// (http:// goes to this machine only)")
        }
        return address.text
      }, format: { $0 })
  }

  /// The address of a proxy.
  static var proxyAddress: SettingKind {
    SettingKind(
      type: "address", range: "http://HOST:PORT, also https, socks5, socks5h",
      parse: { text throws(Refusal) in
        let address = try WebAddress(text, schemes: ["http", "https", "socks5", "socks5h"])
        guard address.path.isEmpty else { throw Refusal("must end after the port") }
        return address.text
      }, format: { $0 })
  }
}

/// A path from the root, as a person writes it.
func absolutePath(_ text: String) throws(Refusal) -> String {
  guard text.hasPrefix("/") else { throw Refusal("is not an absolute path; it begins with /") }
  guard !text.contains(" #"), !text.contains("\t#") else {
    throw Refusal("has a '#' in it; a comment needs a line of its own")
  }
  return text
}
