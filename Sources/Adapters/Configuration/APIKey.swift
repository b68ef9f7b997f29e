import AgentCore
import LinuxSystem

/// Why there is no API key. The texts name the remedy and never the key.
public enum APIKeyError: Error, Equatable, CustomStringConvertible {
  /// Neither a file is named nor a credential passed.
  case missing
  /// There is no such file.
  case absent(path: String)
  /// The file cannot be read.
  case unreadable(path: String, number: Int32)
  /// Group or others may read the file.
  case exposed(path: String)
  /// The content is no key.
  case malformed(path: String, reason: String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .missing:
      "there is no API key: name its file in [cloud] api_key_file, or pass the systemd credential 'api_key'"
    case .absent(let path): "there is no file \(path)"
    case .unreadable(let path, let number):
      "\(path) cannot be read: \(SystemError.text(for: number)); only root and the file's owner may"
    case .exposed(let path): "others than its owner can read \(path); chmod 600 \(path)"
    case .malformed(let path, let reason): "\(path) \(reason)"
    }
  }
}

/// The key that the cloud asks for.
public enum APIKey {
  /// Reads the key from its file, or from the systemd credential `api_key`.
  /// - Parameters:
  ///   - file: `[cloud] api_key_file`; nil takes the credential. Only the owner may be able to read it.
  ///   - credentialsDirectory: `$CREDENTIALS_DIRECTORY`, whose files systemd protects itself.
  /// - Returns: one line of 1 to 512 printable ASCII characters, without the newline at its end.
  public static func read(file: String?, credentialsDirectory: String?) throws(APIKeyError) -> Secret {
    if let file { return try read(file, isProtected: false) }
    guard let credentialsDirectory, !credentialsDirectory.isEmpty else { throw .missing }
    let credential = "\(credentialsDirectory)/api_key"
    guard Files.exists(credential) else { throw .missing }
    return try read(credential, isProtected: true)
  }

  private static func read(_ path: String, isProtected: Bool) throws(APIKeyError) -> Secret {
    let status: FileStatus?
    do throws(SystemError) { status = try Files.status(path) } catch {
      throw .unreadable(path: path, number: error.number)
    }
    guard let status else { throw .absent(path: path) }
    guard status.kind == .file else { throw .malformed(path: path, reason: "is not an ordinary file") }
    guard isProtected || !status.isReadableByOthers else { throw .exposed(path: path) }
    let content: [UInt8]
    do throws(SystemError) { content = try Files.read(path, limit: 4_096) } catch {
      throw .unreadable(path: path, number: error.number)
    }
    return try key(in: content, path)
  }

  private static func key(in content: [UInt8], _ path: String) throws(APIKeyError) -> Secret {
    var line = content[...]
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard !line.isEmpty else { throw .malformed(path: path, reason: "is empty; it holds the key, one line") }
    guard !line.contains(UInt8(ascii: "\n")) else {
      throw .malformed(path: path, reason: "has more than one line; it holds the key and nothing else")
    }
    guard line.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw .malformed(path: path, reason: "holds something that is no key: printable ASCII without blanks")
    }
    guard line.count <= 512 else {
      throw .malformed(path: path, reason: "has \(line.count) characters; a key has at most 512")
    }
    return Secret(String(decoding: line, as: UTF8.self))
  }
}
