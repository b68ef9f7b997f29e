import Glibc
import LinuxSystem
import TestSupport
import Testing

@Suite("An input file")
struct InputFileTests {
  @Test("is read in chunks to its end")
  func chunks() throws {
    let folder = TemporaryFolder()
    let file = try InputFile(path: folder.write("a", "abcdefg"))
    var buffer = [UInt8](repeating: 0, count: 3)
    var read: [[UInt8]] = []
    while true {
      let count = try file.read(into: &buffer)
      if count == 0 { break }
      read.append(Array(buffer[..<count]))
    }
    #expect(read.map { String(decoding: $0, as: UTF8.self) } == ["abc", "def", "g"])
  }

  @Test("may be a pipe, which nobody waits for when nobody writes to it; never a device")
  func pipes() throws {
    let folder = TemporaryFolder()
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    var buffer = [UInt8](repeating: 0, count: 3)
    #expect(try InputFile(path: pipe).read(into: &buffer) == 0)
    #expect(throws: SystemError("read", "/dev/zero", number: SystemError.notOrdinary)) {
      _ = try InputFile(path: "/dev/zero")
    }
  }

  @Test("that is not there, or is a folder, is an error")
  func notThere() {
    let folder = TemporaryFolder()
    #expect(throws: SystemError.self) { _ = try InputFile(path: folder.file("none")) }
    #expect(throws: SystemError.self) {
      var buffer = [UInt8](repeating: 0, count: 3)
      _ = try InputFile(path: folder.path).read(into: &buffer)
    }
  }
}
