/// What an oracle found to be wrong.
public struct Violation: Error, Equatable, CustomStringConvertible {
  /// What should have held, and what was there instead.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Holds, or ends the oracle. The text is made only when it is needed.
func require(_ holds: Bool, _ text: @autoclosure () -> String) throws(Violation) {
  if !holds { throw Violation(text()) }
}

/// Bytes for a person: what is not printable ASCII stands as `\xNN`; long ones are cut.
func shown(_ bytes: some Collection<UInt8>) -> String {
  var text = ""
  for byte in bytes.prefix(300) {
    if 0x20..<0x7F ~= byte, byte != 0x5C {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
  return bytes.count > 300 ? text + "… (\(bytes.count) bytes)" : text
}

/// Holds what frames keep of an input against what of it is to be kept, and says where they part.
func conserved(_ sent: [UInt8], _ kept: [UInt8], of input: [UInt8]) throws(Violation) {
  guard sent != kept else { return }
  let place = zip(sent, kept).prefix { $0 == $1 }.count
  let from = max(0, place - 40)
  throw Violation(
    "bytes vanish or appear: \(sent.count) became \(kept.count); from byte \(from) on "
      + "\(shown(sent[from...].prefix(80))) became \(shown(kept[from...].prefix(80))), in \(shown(input))")
}
