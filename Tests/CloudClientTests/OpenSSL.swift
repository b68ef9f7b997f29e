import Glibc
import LinuxSystem
import TestSupport
import Testing

/// Certificates and a TLS server by the `openssl` command.
enum OpenSSL {
  struct Failed: Error {
    let arguments: [String]
    let status: Int32
  }

  /// Runs `openssl` to its end.
  static func run(_ arguments: [String]) throws {
    let process = try start(arguments, output: nil)
    var status: Int32 = 0
    try system("waitpid") { waitpid(process, &status, 0) }
    guard status == 0 else { throw Failed(arguments: arguments, status: status) }
  }

  /// Starts `openssl` with nothing to read; its output goes to that descriptor.
  static func start(_ arguments: [String], output: Int32?) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    var words = (["openssl"] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var process = pid_t()
    let result = posix_spawnp(&process, "openssl", &actions, nil, words, environ)
    guard result == 0 else { throw SystemError("posix_spawnp", "openssl", number: result) }
    return process
  }
}

/// An authority of a test's own, and certificates that it signs.
final class Authority: Sendable {
  private let folder = TemporaryFolder()

  /// The authority's own certificate.
  var certificate: String { folder.file("ca.pem") }

  init() throws {
    folder.write(
      "ca.conf",
      """
      [ca]
      default_ca = test
      [test]
      database = \(folder.file("index.txt"))
      serial = \(folder.file("serial"))
      new_certs_dir = \(folder.path)
      default_md = sha256
      unique_subject = no
      policy = any
      x509_extensions = server
      [any]
      commonName = supplied
      [server]
      subjectAltName = IP:127.0.0.1
      [req]
      distinguished_name = name
      x509_extensions = authority
      [name]
      [authority]
      basicConstraints = critical, CA:TRUE
      keyUsage = critical, keyCertSign
      """)
    folder.write("index.txt", "")
    folder.write("serial", "01\n")
    try OpenSSL.run(
      ["req", "-x509", "-config", folder.file("ca.conf"), "-subj", "/CN=test authority", "-days", "30"]
        + ["-out", certificate] + newKey("ca.key"))
  }

  /// A certificate and its key for 127.0.0.1, valid between those times (`YYMMDDHHMMSSZ`).
  func issue(_ name: String, from start: String, until end: String) throws -> (
    certificate: String, key: String
  ) {
    let request = folder.file("\(name).csr")
    let certificate = folder.file("\(name).pem")
    try OpenSSL.run(
      ["req", "-new", "-config", folder.file("ca.conf"), "-subj", "/CN=\(name)", "-out", request]
        + newKey("\(name).key"))
    try OpenSSL.run([
      "ca", "-batch", "-config", folder.file("ca.conf"), "-cert", self.certificate, "-keyfile",
      folder.file("ca.key"), "-in", request, "-out", certificate, "-startdate", start, "-enddate", end,
      "-notext",
    ])
    return (certificate, folder.file("\(name).key"))
  }

  private func newKey(_ name: String) -> [String] {
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder.file(name)]
  }
}

/// `openssl s_server` on a free port of loopback; it answers every request with a page about the connection.
final class TLSServer: Sendable {
  private let process: pid_t
  // Open as long as the server runs, which would otherwise end when it says something.
  private let output: Descriptor
  let port: UInt16

  init(certificate: String, key: String, _ options: [String] = []) throws {
    var ends: [Int32] = [0, 0]
    try system("pipe") { pipe(&ends) }
    let output = Descriptor(owning: ends[0])
    let input = Descriptor(owning: ends[1])
    for end in ends { try system("fcntl") { fcntl(end, F_SETFD, FD_CLOEXEC) } }
    process = try OpenSSL.start(
      ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"] + options,
      output: input.number)
    do { port = try TLSServer.announcedPort(ends[0]) } catch {
      TLSServer.end(process)
      throw error
    }
    self.output = output
  }

  deinit { TLSServer.end(process) }

  var url: String { "https://127.0.0.1:\(port)" }

  /// Reads up to the line `ACCEPT 127.0.0.1:PORT`, which it says once it listens.
  private static func announcedPort(_ output: Int32) throws -> UInt16 {
    var line = ""
    while true {
      let ready = try Poll.wait(for: output, .read, milliseconds: 10_000)
      var byte: UInt8 = 0
      let count = ready.isEmpty ? 0 : try system("read") { read(output, &byte, 1) }
      guard count == 1 else {
        throw OpenSSL.Failed(arguments: ["s_server"], status: 0)
      }
      if byte != UInt8(ascii: "\n") {
        line.append(Character(Unicode.Scalar(byte)))
        continue
      }
      if line.hasPrefix("ACCEPT "), let port = line.split(separator: ":").last.flatMap({ UInt16($0) }) {
        return port
      }
      line = ""
    }
  }

  private static func end(_ process: pid_t) {
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }
}
