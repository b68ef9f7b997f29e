import Glibc
import LinuxSystem
import TestSupport
import Testing

@Suite("Sockets", .timeLimit(.minutes(20)))
struct SocketsTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("s") }

  private func take(_ listener: borrowing Descriptor) throws -> Descriptor {
    #expect(try Poll.wait(for: listener.number, .read, milliseconds: 5000).contains(.read))
    guard let connection = try Sockets.accept(listener) else {
      throw SystemError("accept", number: EAGAIN)
    }
    return connection
  }

  @Test("of unix carry bytes both ways and tell the end")
  func unix() throws {
    let listener = try Sockets.listen(unix: path)
    if try Sockets.accept(listener) != nil { Issue.record("nobody has connected") }
    do {
      let client = try Sockets.connect(unix: path)
      let server = try take(listener)
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 1)
      defer { buffer.deallocate() }
      #expect(try server.read(into: buffer) == .wouldBlock)
      try client.writeAll([1, 2, 3])
      #expect(try Poll.wait(for: server.number, .read, milliseconds: 5000) == .read)
      #expect(try server.read(into: buffer) == .bytes(3))
      #expect(Array(buffer[..<3]) == [1, 2, 3])
      try server.writeAll([4])
      #expect(try client.read(into: buffer) == .bytes(1))
      shutdown(client.number, Int32(SHUT_WR))
      #expect(try server.read(into: buffer) == .end)
    }
  }

  @Test("of unix have their permissions")
  func permissions() throws {
    let listener = try Sockets.listen(unix: path, mode: 0o660)
    let status = try #require(try Files.status(path))
    #expect(status.kind == .socket && status.permissions == 0o660)
    _ = consume listener
  }

  @Test("of unix are replaced when nobody serves them, and only then")
  func replaced() throws {
    let first = try Sockets.listen(unix: path)
    #expect(throws: SystemError("bind", path, number: EADDRINUSE)) {
      _ = try Sockets.listen(unix: path)
    }
    _ = consume first
    #expect(Files.exists(path))
    #expect(throws: SystemError("connect", path, number: ECONNREFUSED)) {
      _ = try Sockets.connect(unix: path)
    }
    let second = try Sockets.listen(unix: path)
    _ = try Sockets.connect(unix: path)
    _ = consume second
  }

  @Test("of unix do not replace what is no socket, nor take a path that is too long")
  func refused() throws {
    let file = folder.write("file", "precious")
    #expect(throws: SystemError("bind", file, number: EADDRINUSE)) { _ = try Sockets.listen(unix: file) }
    #expect(try Files.read(file) == Array("precious".utf8))
    let long = folder.file(String(repeating: "x", count: 108))
    #expect(throws: SystemError("bind", long, number: ENAMETOOLONG)) { _ = try Sockets.listen(unix: long) }
  }

  @Test("of TCP listen on loopback, on a free port that can be told")
  func loopback() throws {
    let listener = try Sockets.listen(loopbackPort: 0)
    let port = try Sockets.port(of: listener)
    #expect(port > 0)
    let client = try LoopbackConnection(port: port)
    let server = try take(listener)
    #expect(throws: SystemError("bind", "127.0.0.1:\(port)", number: EADDRINUSE)) {
      _ = try Sockets.listen(loopbackPort: port)
    }
    withExtendedLifetime(client) {}
    _ = consume server
  }

  @Test("write everything, also where the other end is slow")
  func slowReader() throws {
    let listener = try Sockets.listen(unix: path)
    let count = 4_000_000
    let total = try Mailbox<Int>(limit: 8)
    let reader = try WorkerThread(name: "reader") { [path] in
      guard let client = try? Sockets.connect(unix: path) else { return }
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
      defer { buffer.deallocate() }
      var sum = 0
      while case .bytes(let got) = try? client.read(into: buffer) { sum += got }
      total.post(sum)
    }
    do {
      let server = try take(listener)
      try server.writeAll([UInt8](repeating: 7, count: count))
    }
    reader.join()
    #expect(total.takeAll() == [count])
  }
}
