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
