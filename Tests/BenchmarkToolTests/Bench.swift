import LinuxSystem
import TestSupport

/// A benchmark that ended otherwise than it should.
struct BenchFailed: Error, CustomStringConvertible {
  let description: String
}

/// The real benchmark program, run in a folder of its own.
final class Bench {
  let folder = TemporaryFolder()

  struct Finished {
    let code: Int32
    let output: [UInt8]
    let errors: String

    /// Lines of its output.
    var lines: [String] { String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init) }
  }

  /// Runs it to its end.
  func run(_ words: String...) throws -> Finished { try run(words) }

  func run(_ words: [String]) throws -> Finished {
    let output = folder.file("output")
    let errors = folder.file("errors")
    let code = try Program(
      ["\(Program.builtFolder)/one4all-bench"] + words, output: output, errors: errors
    ).wait()
    let result = Finished(
      code: code, output: try Files.read(output),
      errors: String(decoding: try Files.read(errors), as: UTF8.self))
    try Files.replace(errors, with: [])
    return result
  }

  /// Runs a command that measures passings, with its folder in this one, and gives its lines as fields by name; the
  /// first word of a line is its field `name`.
  func measure(_ words: String...) throws -> [[String: String]] {
    let result = try run(words + ["--folder", folder.path])
    guard result.code == 0 else {
      throw BenchFailed(description: "exit code \(result.code): \(result.errors)")
    }
    return result.lines.map { line in
      var fields: [String: String] = [:]
      for (place, word) in line.split(separator: " ").enumerated() {
        let pair = word.split(separator: "=", maxSplits: 1).map(String.init)
        fields[place == 0 ? "name" : pair[0]] = pair.last
      }
      return fields
    }
  }

  /// Whether nothing of a benchmark is left behind.
  var isTidy: Bool { (try? Files.list(folder.path))?.allSatisfy { !$0.hasPrefix("one4all-bench") } ?? false }

  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Files.replace(folder.file(name), with: bytes)
    return folder.file(name)
  }
}
