import Glibc
import LinuxSystem
import ServiceManager
import TestSupport
import Testing

// The environment belongs to the whole process, so these run in processes of their own.
@Suite("The service manager")
struct ServiceNotifierTests {
  @Test("is told what becomes of the service")
  func notifications() async throws {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      let socket = try NotifySocket(folder.file("notify"))
      setenv("NOTIFY_SOCKET", folder.file("notify"), 1)
      let notifier = ServiceNotifier()

      notifier.ready(status: "reader O4A-00150, cloud agrees")
      #expect(try socket.next() == "READY=1\nSTATUS=reader O4A-00150, cloud agrees")
      notifier.status("first\nREADY=0")
      #expect(try socket.next() == "STATUS=first\\nREADY=0")

      let before = NotifySocket.monotonicMicroseconds
      notifier.reloading()
      let reloading = try socket.next()
      let prefix = "RELOADING=1\nMONOTONIC_USEC="
      #expect(reloading.hasPrefix(prefix))
      let time = try #require(Int64(reloading.dropFirst(prefix.count)))
      #expect((before...NotifySocket.monotonicMicroseconds).contains(time))

      notifier.stopping()
      #expect(try socket.next() == "STOPPING=1")
    }
  }

  @Test("need not be there")
  func absent() async throws {
    await #expect(processExitsWith: .success) {
      unsetenv("NOTIFY_SOCKET")
      ServiceNotifier().ready(status: "works")
      setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1)
      ServiceNotifier().stopping()
    }
  }

  @Test("hands credentials over in a folder")
  func credentials() async throws {
    await #expect(processExitsWith: .success) {
      unsetenv("CREDENTIALS_DIRECTORY")
      #expect(Credentials.directory == nil)
      #expect(Credentials.path(of: "api_key") == nil)
      let folder = TemporaryFolder()
      setenv("CREDENTIALS_DIRECTORY", folder.path, 1)
      #expect(Credentials.directory == folder.path)
      #expect(Credentials.path(of: "api_key") == nil)
      let file = folder.write("api_key", "ror-1")
      #expect(Credentials.path(of: "api_key") == file)
    }
  }
}

/// A datagram socket as systemd's.
struct NotifySocket: ~Copyable {
  private let socket: Descriptor

  init(_ path: String) throws {
    let socket = Descriptor(
      owning: try system("socket") { Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0) })
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let number = socket.number
    let result = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
    self.socket = socket
  }

  /// The next datagram.
  func next() throws -> String {
    let ready = try Poll.wait(for: socket.number, .read, milliseconds: 10_000)
    try #require(!ready.isEmpty, "nothing was sent")
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(socket.number, &buffer, buffer.count, 0)
    return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
  }

  static var monotonicMicroseconds: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}
