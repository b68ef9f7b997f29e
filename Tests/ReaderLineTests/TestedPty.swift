import Glibc
import LinuxSystem
import Testing

/// A pty whose other end is the reader.
final class TestedPty {
  /// The path that a line opens.
  let path: String
  private var reader: Descriptor?

  init() throws {
    // Closed on exec from the first moment, so that no process of another test keeps it open.
    let reader = Descriptor(
      owning: try system("open", "/dev/ptmx") { open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC) })
    let number = reader.number
    var lock: Int32 = 0
    try system("ioctl TIOCSPTLCK") { ioctl(number, 0x4004_5431, &lock) }
    var place: UInt32 = 0
    try system("ioctl TIOCGPTN") { ioctl(number, 0x8004_5430, &place) }
    path = "/dev/pts/\(place)"
    self.reader = consume reader
  }

  /// The reader says something.
  func say(_ text: String) throws { try reader?.writeAll(Array(text.utf8)) }

  /// What the reader has heard, once it is so many bytes.
  func heard(_ count: Int) throws -> String {
    try text(from: reader?.number ?? -1, count)
  }

  /// The cable is pulled.
  func close() { reader = nil }

  /// Leaves settings behind, as an earlier user of the line may have done.
  func change(_ body: (inout termios) -> Void) throws {
    let number = reader?.number ?? -1
    var settings = try settings()
    body(&settings)
    try system("tcsetattr") { tcsetattr(number, TCSANOW, &settings) }
  }

  /// How the kernel treats the line.
  func settings() throws -> termios {
    let number = reader?.number ?? -1
    var settings = termios()
    try system("tcgetattr") { tcgetattr(number, &settings) }
    return settings
  }
}

/// The next bytes of a descriptor, once there are so many.
func text(from number: Int32, _ count: Int) throws -> String {
  var bytes: [UInt8] = []
  while bytes.count < count {
    try #require(
      try Poll.wait(for: number, .read, milliseconds: 10_000).contains(.read),
      "only \(bytes.count) bytes came")
    var part = [UInt8](repeating: 0, count: count - bytes.count)
    let got = try system("read") { read(number, &part, part.count) }
    try #require(got > 0, "the end came after \(bytes.count) bytes")
    bytes += part[..<got]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Another process that has a port open; killed when the test lets go of it.
final class OtherProcess {
  let processID: pid_t

  /// Starts a shell; it must end in `exec`, so that one process is all there is.
  init(_ script: String) throws {
    let words: [String] = ["sh", "-c", script]
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var started = pid_t()
    let result = posix_spawnp(&started, "sh", nil, nil, &arguments, environ)
    try #require(result == 0)
    processID = started
  }

  deinit {
    kill(processID, SIGKILL)
    waitpid(processID, nil, 0)
  }
}
