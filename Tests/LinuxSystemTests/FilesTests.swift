import Glibc
import LinuxSystem
import TestSupport
import Testing

@Suite("Files")
struct FilesTests {
  private let folder = TemporaryFolder()

  @Test("are replaced whole, with their permissions and without leftovers")
  func replacing() throws {
    let path = folder.file("state")
    try Files.replace(path, with: Array("one".utf8), mode: 0o600)
    try Files.replace(path, with: Array("two".utf8), mode: 0o600)
    #expect(try Files.read(path) == Array("two".utf8))
    #expect(try Files.list(folder.path) == ["state"])
    let status = try #require(try Files.status(path))
    #expect(status.kind == .file && status.permissions == 0o600 && status.size == 3)
    #expect(!status.isReadableByOthers)
  }

  @Test("that cannot be replaced stay as they are, without leftovers")
  func failing() throws {
    let path = folder.file("taken")
    try Files.makeFolder(path + "/inside")
    #expect(throws: SystemError.self) { try Files.replace(path, with: [1]) }
    #expect(try Files.list(folder.path) == ["taken"])
    #expect(throws: SystemError.self) { try Files.replace(folder.file("no/where"), with: [1]) }
  }

  @Test("are read whole, but not above a limit")
  func limit() throws {
    let path = folder.write("big", String(repeating: "x", count: 200_000))
    #expect(try Files.read(path).count == 200_000)
    #expect(try Files.read(path, limit: 200_000).count == 200_000)
    #expect(throws: SystemError("read", path, number: EFBIG)) { try Files.read(path, limit: 199_999) }
    #expect(throws: SystemError("open", folder.file("none"), number: ENOENT)) {
      try Files.read(folder.file("none"))
    }
  }

  @Test("are read only when they are ordinary ones: nothing else is waited for")
  func ordinary() throws {
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/zero", "/dev/tty"] where Files.exists(path) {
      #expect(throws: SystemError("read", path, number: SystemError.notOrdinary)) { try Files.read(path) }
    }
    #expect(throws: SystemError("read", folder.path, number: EISDIR)) { try Files.read(folder.path) }
    #expect(try Files.read("/dev/null") == [])
    #expect("\(SystemError("read", pipe, number: SystemError.notOrdinary))".hasSuffix("not an ordinary file"))
  }

  @Test("have a status, of the link or of what it points to")
  func status() throws {
    let path = folder.write("file", "text", mode: 0o644)
    let link = folder.file("link")
    #expect(symlink(path, link) == 0)
    #expect(try Files.status(link)?.kind == .file)
    #expect(try Files.status(link, followingLinks: false)?.kind == .link)
    #expect(try Files.resolve(link) == Files.resolve(path))
    #expect(try Files.status(path)?.isReadableByOthers == true)
    #expect(try Files.status(folder.path)?.kind == .folder)
    #expect(try Files.status("/dev/null")?.kind == .characterDevice)
    #expect(try Files.status(folder.file("none")) == nil)
    #expect(try Files.status(path + "/below") == nil)
  }

  @Test("stand in folders that are made as needed and listed in order")
  func folders() throws {
    let deep = folder.file("a/b/c")
    try Files.makeFolder(deep)
    try Files.makeFolder(deep)
    #expect(try Files.status(deep)?.kind == .folder)
    folder.write("z", "")
    folder.write("m", "")
    #expect(try Files.list(folder.path) == ["a", "m", "z"])
    #expect(throws: SystemError.self) { try Files.list(folder.file("none")) }
  }

  @Test(
    "have paths with a folder and a name",
    arguments: [
      ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b/c", "a/b", "c"),
    ])
  func paths(path: String, parent: String, name: String) {
    #expect(Files.parent(of: path) == parent)
    #expect(Files.name(of: path) == name)
  }

  @Test("that are missing have an error that names operation, subject and reason")
  func errors() {
    let error = SystemError("open", "/x", number: ENOENT)
    #expect("\(error)" == "open /x: No such file or directory")
    #expect("\(SystemError("poll", number: EINVAL))" == "poll: Invalid argument")
  }
}
