import CLinux
import Glibc

/// A file, or standard input, read from its start to its end in chunks.
public struct InputFile: ~Copyable {
  private let number: Int32
  private let path: String
  private let isOwned: Bool

  /// Standard input, which stays open.
  public static var standardInput: InputFile { InputFile(number: 0, path: "stdin", isOwned: false) }

  /// Opens an ordinary file, or a pipe that somebody writes to; never a device, which could have no end.
  public init(path: String) throws(SystemError) {
    if let status = try Files.status(path) { try InputFile.check(status, path) }
    let file = try Files.open(path, for: O_RDONLY)
    try InputFile.check(try Files.status(of: file, path), path)
    self.init(number: file.release(), path: path, isOwned: true)
  }

  private static func check(_ status: FileStatus, _ path: String) throws(SystemError) {
    switch status.kind {
    case .file, .other: break
    case .characterDevice where status.isNull: break
    case .folder: throw SystemError("read", path, number: EISDIR)
    case .characterDevice, .socket, .link:
      throw SystemError("read", path, number: SystemError.notOrdinary)
    }
  }

  private init(number: Int32, path: String, isOwned: Bool) {
    self.number = number
    self.path = path
    self.isOwned = isOwned
  }

  deinit { if isOwned { close(number) } }

  /// Reads what is there, at most the buffer's size; waits while there is nothing.
  /// - Returns: how many bytes of the buffer are filled now; 0 at the end.
  public func read(into buffer: inout [UInt8]) throws(SystemError) -> Int {
    while true {
      do throws(SystemError) {
        return try system("read", path) {
          buffer.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
        }
      } catch {
        guard error.number == EAGAIN else { throw error }
        _ = try Poll.wait(for: number, .read, milliseconds: -1)
      }
    }
  }
}

/// Standard output and standard error, for much data.
public enum StandardStream: Int32, Sendable {
  /// Standard output.
  case output = 1
  /// Standard error.
  case error = 2

  /// Writes everything.
  public func write(_ bytes: [UInt8]) throws(SystemError) {
    let stream = Descriptor(owning: rawValue)
    var failure: SystemError?
    do throws(SystemError) { try stream.writeAll(bytes) } catch { failure = error }
    // The process's stream is not ours to close.
    _ = stream.release()
    guard let failure else { return }
    throw SystemError("write", self == .output ? "standard output" : "standard error", number: failure.number)
  }
}
