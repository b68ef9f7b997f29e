import AgentCore

extension SettingKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of a few words, each a case.
  static var word: SettingKind {
    let words = Value.allCases.map(\.rawValue)
    let list = words.joined(separator: " or ")
    return SettingKind(
      type: "word", range: list,
      parse: { text throws(Refusal) in
        guard let value = Value(rawValue: text) else {
          let meant = NearMiss.of(text, among: words)
          throw Refusal("is not known; " + (meant.map { "did you mean '\($0)'?" } ?? list))
        }
        return value
      }, format: \.rawValue)
  }
}

extension SettingKind where Value == Int {
  /// A whole number, both ends included.
  static func wholeNumber(from least: Int, to most: Int) -> SettingKind {
    SettingKind(
      type: "whole number", range: "\(least) to \(most)",
      parse: { text throws(Refusal) in
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int(text) else {
          throw Refusal("is not a whole number")
        }
        guard value >= least else { throw Refusal("is too small; at least \(least)") }
        guard value <= most else { throw Refusal("is too large; at most \(most)") }
        return value
      }, format: { "\($0)" })
  }
}

extension SettingKind where Value == Int64 {
  private static var units: [(name: String, bytes: Int64)] {
    [("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)]
  }

  /// A size in bytes, both ends included, as systemd writes it: `200M`; K, M, G and T are powers of 1024.
  static func size(from least: Int64, to most: Int64) -> SettingKind {
    SettingKind(
      type: "size", range: "\(sizeText(least)) to \(sizeText(most))",
      parse: { text throws(Refusal) in
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = String(text[digits.endIndex...]).uppercased()
        let bytes = unit.isEmpty ? 1 : units.first { $0.name == unit }?.bytes
        guard let count = Int64(digits), let bytes else {
          throw Refusal("is not a size; write it like 200M or 2G")
        }
        let (value, isTooLarge) = count.multipliedReportingOverflow(by: bytes)
        guard !isTooLarge, value <= most else { throw Refusal("is too large; at most \(sizeText(most))") }
        guard value >= least else { throw Refusal("is too small; at least \(sizeText(least))") }
        return value
      }, format: sizeText)
  }

  /// In the largest unit without a fraction.
  private static func sizeText(_ bytes: Int64) -> String {
    guard let unit = units.first(where: { bytes >= $0.bytes && bytes % $0.bytes == 0 }) else {
      return "\(bytes)"
    }
    return "\(bytes / unit.bytes)\(unit.name)"
  }
}

extension SettingKind where Value == String {
  /// The name of cloud sessions: one name a session file, so the file stands in it.
  static var sessionAlias: SettingKind {
    SettingKind(
      type: "text", range: "up to 100 characters, with {file} in it and perhaps {alias}",
      parse: { text throws(Refusal) in
        guard text.count <= 100 else { throw Refusal("has \(text.count) characters; at most 100") }
        guard !text.contains("\t") else { throw Refusal("has a tab in it") }
        guard text.contains("{file}") else {
          throw Refusal("has no {file} in it; without it all session files would have one name")
        }
        let rest = text.replacing("{file}", with: "").replacing("{alias}", with: "")
        guard !rest.contains("{"), !rest.contains("}") else {
          throw Refusal("has another placeholder than {alias} and {file}")
        }
        return text
      }, format: { $0 })
  }

  /// A coordinate in decimal degrees.
  static func degrees(_ most: Int) -> SettingKind {
    SettingKind(
      type: "degrees", range: "decimal, -\(most) to \(most)",
      parse: { text throws(Refusal) in
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        let isDecimal =
          (1...2).contains(parts.count)
          && parts.allSatisfy { part in
            (1...12).contains(part.count) && part.allSatisfy { $0.isASCII && $0.isNumber }
          }
        guard isDecimal, let value = Double(text) else {
          throw Refusal("is not in decimal degrees; write it like 48.137154, south and west with a '-'")
        }
        guard value.magnitude <= Double(most) else { throw Refusal("is not within -\(most) to \(most)") }
        return text
      }, format: { $0 })
  }
}
