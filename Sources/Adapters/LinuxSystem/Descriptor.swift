import CLinux
import Glibc

/// A file descriptor that is closed when its owner goes away.
public struct Descriptor: ~Copyable, Sendable {
  /// The kernel's number for it; valid as long as this value lives.
  public let number: Int32

  /// Takes over a descriptor.
  public init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// What one read or write came to.
  public enum Transfer: Equatable, Sendable {
    /// So many bytes, at least one.
    case bytes(Int)
    /// Nothing now; poll and come again.
    case wouldBlock
    /// The other end is gone (only when reading).
    case end
  }

  /// Reads once, at most the buffer's size.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Transfer {
    do {
      let count = try system("read") { Glibc.read(number, buffer.baseAddress, buffer.count) }
      return count == 0 ? .end : .bytes(count)
    } catch {
      if error.number == EAGAIN { return .wouldBlock }
      throw error
    }
  }

  /// Writes once, as much as goes. A closed peer is an error (EPIPE): the programs ignore SIGPIPE.
  public func write(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> Transfer {
    do {
      return .bytes(try system("write") { Glibc.write(number, buffer.baseAddress, buffer.count) })
    } catch {
      if error.number == EAGAIN { return .wouldBlock }
      throw error
    }
  }

  /// Writes everything, waiting for room where the descriptor has none.
  public func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    var offset = 0
    while offset < bytes.count {
      let transfer = try bytes.span.bytes.withUnsafeBytes { buffer throws(SystemError) in
        try write(UnsafeRawBufferPointer(rebasing: buffer[offset...]))
      }
      switch transfer {
      case .bytes(let count): offset += count
      case .wouldBlock, .end: _ = try Poll.wait(for: number, .write, milliseconds: -1)
      }
    }
  }

  /// Makes reads and writes return `.wouldBlock` instead of waiting.
  public func setNonBlocking() throws(SystemError) {
    let flags = try system("fcntl") { fcntl(number, F_GETFL) }
    try system("fcntl") { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
  }

  /// Gives up ownership without closing.
  public consuming func release() -> Int32 {
    let number = self.number
    discard self
    return number
  }
}
