import Glibc
import LinuxSystem
import TestSupport

/// The wall clock of a program's host, and what the kernel says of it, as a test wants them: `Tests/HostClock`, preloaded.
struct HostClock {
  /// A sanitizer's runtime has to be loaded first, and wants these calls for itself.
  static let canBePreloaded = getenv("ONE4ALL_TEST_PATIENCE") == nil

  private let library: String
  private let wish: String

  /// A right clock that the kernel calls synchronised.
  init(in folder: TemporaryFolder) throws {
    library = folder.file("host_clock.so")
    wish = folder.file("host_clock")
    let tests = Files.parent(of: Files.parent(of: #filePath))
    let code = try Program.run(
      "clang", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library,
      "\(tests)/HostClock/host_clock.c")
    guard code == 0 else { throw SystemError("compile", "host_clock.c", number: ENOEXEC) }
    set(offset: .zero)
  }

  /// What is put in front of a program's name to run it with that clock.
  var prefix: [String] { ["env", "LD_PRELOAD=\(library)", "ONE4ALL_HOST_CLOCK=\(wish)"] }

  /// Sets it for all programs that run with it.
  func set(offset: Duration, isSynchronised: Bool = true) {
    let values: [Int64] = [
      offset.components.seconds * 1000 + offset.components.attoseconds / 1_000_000_000_000_000,
      isSynchronised ? 1 : 0,
    ]
    let file = open(wish, O_WRONLY | O_CREAT, 0o644)
    defer { close(file) }
    values.withUnsafeBytes { _ = pwrite(file, $0.baseAddress, $0.count, 0) }
  }
}
