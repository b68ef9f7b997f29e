import AgentCore

/// Takes the key out of what came from outside: an error page or a redirect may repeat what was sent.
struct Redaction {
  // A shorter text is no key that anybody would give out, and would be found by chance.
  private static let shortest = 8

  private let key: [UInt8]

  init(_ key: Secret) { self.key = Array(key.revealed().utf8) }

  /// The text with stars in place of the key.
  func apply(_ text: String) -> String { String(decoding: apply(Array(text.utf8)), as: UTF8.self) }

  /// The bytes with stars in place of the key.
  func apply(_ bytes: [UInt8]) -> [UInt8] {
    guard key.count >= Redaction.shortest, bytes.count >= key.count else { return bytes }
    var result = bytes
    var place = 0
    while let start = result[place...].firstIndex(of: key[0]), start + key.count <= result.count {
      if result[start..<(start + key.count)].elementsEqual(key) {
        for index in start..<(start + key.count) { result[index] = UInt8(ascii: "*") }
        place = start + key.count
      } else {
        place = start + 1
      }
    }
    return result
  }
}
