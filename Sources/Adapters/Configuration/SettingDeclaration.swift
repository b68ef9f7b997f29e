import AgentCore

/// The sections of the configuration, in the order of the sample file.
enum SettingSection: String, CaseIterable {
  case reader
  case cloud
  case device
  case passings
  case store
  case control
  case log

  /// What the section is about, for the sample file and the reference.
  var title: String {
    switch self {
    case .reader: "the line to the reader"
    case .cloud: "where the device is reported, and how"
    case .device: "what the cloud is told beside what the reader says of itself"
    case .passings: "how passings are confirmed and sent"
    case .store: "what must survive a power cut"
    case .control: "the socket that one4allctl talks to"
    case .log: "what is written to the journal"
    }
  }
}

/// One setting: everything that the check, the error texts, the sample file and the reference need to know of it.
struct SettingDeclaration: Sendable {
  let section: SettingSection
  let name: String
  /// What sort of value it takes, e.g. `duration`.
  let type: String
  /// What is allowed, e.g. `1s to 1h`.
  let range: String
  /// The default as a person would write it; empty when the setting is not set by default.
  let defaultText: String
  /// Lines of plain text for a person.
  let help: [String]
  /// Whether a reload puts a change in force; otherwise the daemon must be started again.
  let reloadable: Bool
  /// Whether a wrong value may be a secret, e.g. the key where the name of its file belongs. Errors do not repeat it.
  let secret: Bool
  /// Reads a value into the settings; returns what is wrong with it, or nil.
  let set: @Sendable (String, inout AgentSettings) -> String?
  /// The value as a person would write it.
  let text: @Sendable (AgentSettings) -> String
  /// Takes the value over from other settings.
  let copy: @Sendable (AgentSettings, inout AgentSettings) -> Void

  init<Value>(
    _ section: SettingSection, _ name: String, _ path: any WritableKeyPath<AgentSettings, Value> & Sendable,
    _ kind: SettingKind<Value>, default defaultText: String, reloadable: Bool = true, secret: Bool = false,
    help: [String]
  ) {
    self.section = section
    self.name = name
    self.type = kind.type
    self.range = kind.range
    self.defaultText = defaultText
    self.help = help
    self.reloadable = reloadable
    self.secret = secret
    text = { kind.format($0[keyPath: path]) }
    copy = { $1[keyPath: path] = $0[keyPath: path] }
    set = { text, settings in
      guard !text.isEmpty || kind.allowsEmpty else {
        return "\(name): a value is missing; it takes a \(kind.type), \(kind.range)"
      }
      for mark in ["\"", "'"] where text.count > 1 && text.hasPrefix(mark) && text.hasSuffix(mark) {
        return "\(name): write the value without quotation marks"
      }
      do throws(Refusal) {
        settings[keyPath: path] = try kind.parse(text)
        return nil
      } catch {
        // User names and passwords stand before an @ in addresses.
        let subject = secret || text.contains("@") ? "the value" : "'\(text)'"
        return "\(name): \(subject) \(error.reason)"
      }
    }
  }

  /// `reader.port`.
  var fullName: String { "\(section.rawValue).\(name)" }

  /// Type and range in one phrase.
  var takes: String { range.isEmpty ? type : "\(type), \(range)" }
}
