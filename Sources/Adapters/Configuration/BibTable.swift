import AgentCore

/// The table of bibs as it stands in its file: CSV, `CHIP,BIB`, a line each. Comma or semicolon separate; `#` begins
/// a comment line; a first line that begins with `chip` is a header; quotation marks round a field do not matter.
struct BibTable {
  /// A line that is wrong, and why.
  struct Fault: Equatable {
    let line: Int
    let message: String
  }

  /// Largest file that is read, in bytes: room for `chipLimit` lines of the usual length.
  static let sizeLimit = 2 << 20
  /// Most chips: all numbers that one prefix has. A hundred bytes of memory each.
  static let chipLimit = 100_000
  /// Most characters of a bib.
  static let longestBib = 50
  /// Most faults that are told one by one: a file of another kind is wrong in every line.
  static let faultLimit = 10

  private(set) var map = BibMap([:])
  private(set) var faults: [Fault] = []
  private var faultCount = 0
  private var lineOfChip: [String: Int] = [:]

  /// Reads the content of a file: UTF-8, with or without byte order mark, lines ending in LF or CR LF.
  init(_ content: [UInt8]) {
    let text = content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content[...]
    var isFirst = true
    for (index, bytes) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    {
      let ended = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
      guard let line = String(validating: ended, as: UTF8.self) else {
        fault(index + 1, "this line is not UTF-8")
        continue
      }
      let row = trimmed(line)
      guard !row.isEmpty, !row.hasPrefix("#") else { continue }
      let fields = row.split(omittingEmptySubsequences: false) { $0 == "," || $0 == ";" }.map(BibTable.field)
      if isFirst, fields.first?.lowercased() == "chip" {
        isFirst = false
        continue
      }
      isFirst = false
      take(fields, index + 1)
    }
    if faultCount > faults.count {
      let last = faults.last?.line ?? 1
      faults.append(Fault(line: last, message: "\(faultCount - faults.count) more lines are wrong"))
    }
    if map.bibs.isEmpty && faults.isEmpty {
      faults.append(Fault(line: 1, message: "there is no chip in this file; write lines like MC02976,17"))
    }
    lineOfChip = [:]
  }

  private mutating func take(_ fields: [String], _ line: Int) {
    guard fields.count == 2 else {
      return fault(line, "a line has \(fields.count) field\(fields.count == 1 ? "" : "s"); write CHIP,BIB")
    }
    let chip = fields[0].uppercased()
    guard BibTable.isChip(chip) else {
      return fault(
        line, "'\(BibTable.shown(fields[0]))' is not a chip; write timer code and number, like MC02976")
    }
    let bib = fields[1]
    guard !bib.isEmpty else {
      return fault(line, "chip \(chip) has no bib; leave the line out or give it one")
    }
    guard bib.count <= BibTable.longestBib else {
      return fault(line, "the bib of \(chip) has \(bib.count) characters; at most \(BibTable.longestBib)")
    }
    guard !bib.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
      return fault(line, "a control character stands in the bib of \(chip)")
    }
    if let known = map.bibs[chip], known != bib, let first = lineOfChip[chip] {
      return fault(
        line, "chip \(chip) has the bib \(bib) here and the bib \(known) in line \(first); leave one of them")
    }
    guard map.bibs[chip] != nil || map.bibs.count < BibTable.chipLimit else {
      return fault(
        line, "the table has more than \(BibTable.chipLimit) chips; leave out those of other races")
    }
    map.bibs[chip] = bib
    if lineOfChip[chip] == nil { lineOfChip[chip] = line }
  }

  private mutating func fault(_ line: Int, _ message: String) {
    faultCount += 1
    if faults.count < BibTable.faultLimit { faults.append(Fault(line: line, message: message)) }
  }

  private static func field(_ text: Substring) -> String {
    let plain = trimmed(text)
    guard plain.count >= 2, plain.hasPrefix("\""), plain.hasSuffix("\"") else { return plain }
    return trimmed(plain.dropFirst().dropLast())
  }

  /// A timer code of up to 16 and a chip of up to 32 letters and digits, in capitals.
  private static func isChip(_ text: String) -> Bool {
    1...48 ~= text.utf8.count && text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
  }

  private static func shown(_ text: String) -> String {
    let plain = text.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
    return String(String.UnicodeScalarView(plain.prefix(30)))
  }
}
