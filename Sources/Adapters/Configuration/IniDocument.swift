import CInih

/// What one INI file says, split by inih; nothing in it has been judged by meaning yet.
///
/// inih as Debian builds it would join indented lines to the value above, split lines that do not fit its buffer,
/// ignore what follows a section's bracket, and name only the first bad line. The lines are therefore looked at
/// before inih gets them, which also tells each key's line: it is the line that was handed out last.
struct IniDocument {
  /// A section header.
  struct Section: Equatable {
    let name: String
    let line: Int
  }
  /// A key with its value; the section is empty when none was opened before.
  struct Entry: Equatable {
    let section: String
    let key: String
    let value: String
    let line: Int
  }
  /// A line that cannot be read. The message never repeats the line: it may hold a secret.
  struct Fault: Equatable {
    let line: Int
    let message: String
  }

  fileprivate(set) var sections: [Section] = []
  fileprivate(set) var entries: [Entry] = []
  fileprivate(set) var faults: [Fault] = []

  /// Reads the content of a file: UTF-8, with or without byte order mark, lines ending in LF or CR LF.
  init(_ content: [UInt8]) {
    let source = LineSource(content)
    let pointer = Unmanaged.passUnretained(source).toOpaque()
    let outcome = withExtendedLifetime(source) {
      ini_parse_stream(
        { buffer, size, stream in
          guard let buffer, let stream else { return nil }
          let source = Unmanaged<LineSource>.fromOpaque(stream).takeUnretainedValue()
          let room = UnsafeMutableRawBufferPointer(start: buffer, count: Int(size))
          return source.hand(to: room) ? buffer : nil
        }, pointer,
        { user, section, key, value in
          guard let user, let key, let value else { return 1 }
          let source = Unmanaged<LineSource>.fromOpaque(user).takeUnretainedValue()
          source.take(
            section: section.map { String(cString: $0) } ?? "", key: String(cString: key),
            value: String(cString: value))
          return 1
        }, pointer)
    }
    self = source.document
    // Bad lines have been found one by one already; what is left is inih having no memory to begin with.
    if outcome < 0 { faults.append(Fault(line: 1, message: "the file cannot be read: out of memory")) }
  }

  fileprivate init() {}
}

/// Hands lines to inih and takes its keys back.
private final class LineSource {
  private var rest: ArraySlice<UInt8>
  private var line = 0
  /// Whether the last line must come back as a key.
  private var isKeyExpected = false
  /// Whether the last section header was bad, so that nobody knows where the keys below it belong.
  private var isSectionUnclear = false
  var document = IniDocument()

  init(_ content: [UInt8]) {
    rest = content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content[...]
  }

  /// Puts the next line that says something into inih's buffer; false at the end.
  func hand(to room: UnsafeMutableRawBufferPointer) -> Bool {
    if isKeyExpected { fault("neither '[section]' nor 'key = value'") }
    isKeyExpected = false
    while let content = nextLine() {
      guard let first = content.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else {
        continue
      }
      let isHeader = first == UInt8(ascii: "[")
      guard let text = String(validating: content, as: UTF8.self) else {
        fault("this line is not UTF-8", inHeader: isHeader)
        continue
      }
      guard !content.contains(where: { ($0 < 32 && $0 != 9) || $0 == 127 }) else {
        fault("a control character stands in this line", inHeader: isHeader)
        continue
      }
      // inih's buffer ends with a newline and a NUL.
      guard content.count + 2 <= room.count else {
        fault(
          "this line has \(content.count) bytes; at most \(room.count - 2) are read", inHeader: isHeader)
        continue
      }
      if isHeader {
        guard let name = sectionName(text) else {
          fault("a section is written '[name]' on a line of its own", inHeader: true)
          continue
        }
        isSectionUnclear = false
        document.sections.append(IniDocument.Section(name: name, line: line))
        put("[\(name)]".utf8, into: room)
      } else {
        isKeyExpected = true
        put(content, into: room)
      }
      return true
    }
    return false
  }

  func take(section: String, key: String, value: String) {
    isKeyExpected = false
    if key.isEmpty { return fault("a name is missing before '='") }
    if isSectionUnclear { return }
    document.entries.append(IniDocument.Entry(section: section, key: key, value: value, line: line))
  }

  private func fault(_ message: String, inHeader: Bool = false) {
    document.faults.append(IniDocument.Fault(line: line, message: message))
    if inHeader { isSectionUnclear = true }
  }

  /// The next line without the blanks around it.
  private func nextLine() -> ArraySlice<UInt8>? {
    guard !rest.isEmpty else { return nil }
    line += 1
    let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
    var content = rest[..<end]
    rest = rest[min(end + 1, rest.endIndex)...]
    while let last = content.last, LineSource.isBlank(last) { content.removeLast() }
    while let first = content.first, LineSource.isBlank(first) { content.removeFirst() }
    return content
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private func sectionName(_ text: String) -> String? {
    guard let end = text.firstIndex(of: "]") else { return nil }
    let after = text[text.index(after: end)...].drop { $0 == " " || $0 == "\t" }
    guard after.isEmpty || after.hasPrefix("#") || after.hasPrefix(";") else { return nil }
    let name = trimmed(text[text.index(after: text.startIndex)..<end])
    return name.isEmpty ? nil : name
  }

  private func put(_ content: some Collection<UInt8>, into room: UnsafeMutableRawBufferPointer) {
    room.copyBytes(from: content)
    room[content.count] = UInt8(ascii: "\n")
    room[content.count + 1] = 0
  }
}
