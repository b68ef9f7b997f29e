import Glibc
import LinuxSystem

/// Secrets that systemd hands to the service as files (`LoadCredential=`, systemd.exec(5)).
public enum Credentials {
  /// The folder that holds them; nil when systemd gave none.
  public static var directory: String? { getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) } }

  /// Path of the credential of that name; nil when there is none.
  public static func path(of name: String) -> String? {
    guard let directory else { return nil }
    let path = "\(directory)/\(name)"
    return Files.exists(path) ? path : nil
  }
}
