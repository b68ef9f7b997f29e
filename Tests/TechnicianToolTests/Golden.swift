import Glibc
import LinuxSystem
import Testing

/// Texts that are kept beside the tests. `ONE4ALL_WRITE_DOCS=1 swift test --filter TechnicianToolTests` writes them
/// anew; the difference is then to be looked at.
enum Golden {
  /// The folder that holds the package.
  static let root = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))

  /// Expects a text to be what the file in `Golden` holds.
  static func expect(
    _ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(
      text, isFile: Files.parent(of: #filePath) + "/Golden/\(name)", sourceLocation: sourceLocation)
  }

  /// Expects a text to be what the file at that path holds.
  static func expect(
    _ text: String, isFile path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    if getenv("ONE4ALL_WRITE_DOCS") != nil { try Files.replace(path, with: Array(text.utf8)) }
    let kept = String(decoding: try Files.read(path), as: UTF8.self)
    #expect(text == kept, "\(Files.name(of: path)) differs", sourceLocation: sourceLocation)
  }
}
