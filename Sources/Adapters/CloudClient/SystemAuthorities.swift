import CCurl
import LinuxSystem

/// The certificate authorities that the system trusts.
///
/// Debian keeps them twice: in one bundle, and in a folder where each has the hash of its name for a file name. From
/// the folder OpenSSL reads the one that a server needs; the bundle it reads whole for every handshake (measured on
/// Debian 12: 20 ms of CPU and 0.8 MB more resident, against 1 ms). libcurl would use both, the bundle first.
enum SystemAuthorities {
  /// libcurl's own folder of authorities, when it is one to find authorities in.
  static func folder() -> String? {
    guard let version = curl_version_info(CURLVERSION_SEVENTH), let path = version.pointee.capath else {
      return nil
    }
    let folder = String(cString: path)
    return isHashed(folder) ? folder : nil
  }

  /// Whether a folder holds authorities by the hashes of their names.
  static func isHashed(_ folder: String) -> Bool {
    guard let names = try? Files.list(folder) else { return false }
    return names.contains { name in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[0].count == 8 && parts[0].allSatisfy(\.isHexDigit)
        && UInt8(parts[1]) != nil
    }
  }
}
