import AgentCore
import Configuration
import Glibc
import LinuxSystem
import TestSupport
import Testing

@Suite struct FilesTests {
  @Test func dropInsAreReadByNameAndTheLastWins() throws {
    let folder = TemporaryFolder()
    let path = folder.write(
      "one4alld.conf", "[reader]\nport = /dev/a\nbaud_rate = 9600\n[log]\nlevel = error\n")
    folder.write("one4alld.conf.d/20-late.conf", "[reader]\nport = /dev/c\n")
    folder.write("one4alld.conf.d/10-early.conf", "[reader]\nport = /dev/b\nbaud_rate = 19200\n")
    folder.write("one4alld.conf.d/30-other.conf.bak", "nonsense")
    folder.write("one4alld.conf.d/.40-hidden.conf", "nonsense")
    let loaded = try ConfigurationLoader.load(path: path)
    #expect(loaded.settings.reader.port.description == "/dev/c")
    #expect(loaded.settings.reader.baudRate == 19_200)
    #expect(loaded.origin(of: "reader.port") == .file("\(path).d/20-late.conf", line: 2))
    #expect(loaded.origin(of: "reader.baud_rate") == .file("\(path).d/10-early.conf", line: 3))
    #expect(loaded.origin(of: "log.level") == .file(path, line: 5))
    #expect(loaded.origin(of: "cloud.url") == .standard)
  }

  @Test func faultsOfAllFilesAreToldInTheirOrder() {
    let folder = TemporaryFolder()
    let path = folder.write("one4alld.conf", "[reader]\nport = a\nzzz = 1\n")
    folder.write("one4alld.conf.d/b.conf", "[log]\nlevel = x\n")
    folder.write("one4alld.conf.d/a.conf", "\n\n[store]\ndirectory = x\n")
    let places = problems(at: path, in: folder).map { String($0.prefix { $0 != " " }) }
    #expect(
      places == [
        "one4alld.conf:2:", "one4alld.conf:3:", "one4alld.conf.d/a.conf:4:", "one4alld.conf.d/b.conf:2:",
      ])
  }

  @Test func aMissingFileIsTold() {
    let folder = TemporaryFolder()
    #expect(
      problems(at: folder.file("one4alld.conf"), in: folder) == [
        "one4alld.conf: cannot be read: No such file or directory"
      ])
  }

  @Test func aFolderInPlaceOfTheFileIsTold() {
    let folder = TemporaryFolder()
    #expect(
      problems(at: folder.path, in: folder) == ["\(folder.path): cannot be read: it is a folder"])
  }

  @Test func whatCouldLastForEverIsNotRead() throws {
    let folder = TemporaryFolder()
    let path = folder.file("one4alld.conf")
    #expect(mkfifo(path, 0o600) == 0)
    #expect(
      problems(at: path, in: folder) == ["one4alld.conf: cannot be read: it is not an ordinary file"])
    #expect(
      problems(at: "/dev/zero", in: folder) == ["/dev/zero: cannot be read: it is not an ordinary file"])
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let naming = folder.write(
      "naming.conf",
      "[cloud]\napi_key_file = \(pipe)\nca_file = \(pipe)\n[passings]\nbib = map\nbib_map = \(pipe)\n")
    #expect(problems(at: naming, in: folder).count == 3)
    // A drop-in that is to count for nothing is linked to /dev/null, as with systemd.
    let empty = folder.write("empty.conf", "")
    folder.write("empty.conf.d/b.conf", "")
    #expect(symlink("/dev/null", folder.file("empty.conf.d/a.conf")) == 0)
    #expect(problems(at: empty, in: folder) == [])
  }

  @Test func aHugeOrHopelessFileIsToldInFewWords() {
    let folder = TemporaryFolder()
    let huge = folder.write("huge.conf", String(repeating: "#", count: (256 << 10) + 1))
    #expect(problems(at: huge, in: folder) == ["huge.conf: cannot be read: File too large"])
    let wrong = folder.write("wrong.conf", String(repeating: "x\n", count: 100_000))
    let told = problems(at: wrong, in: folder)
    #expect(told.count == 101)
    #expect(told.last?.contains("and more is wrong") == true)
    let many = folder.write("many.conf", "")
    for number in 0..<65 { folder.write("many.conf.d/\(number).conf", "") }
    #expect(problems(at: many, in: folder) == ["many.conf.d: holds 65 files; at most 64 are read"])
  }

  @Test func aPipeAmongTheDropInsIsToldInsteadOfWaitedFor() {
    let folder = TemporaryFolder()
    let path = folder.write("one4alld.conf", "")
    folder.write("one4alld.conf.d/a.conf", "")
    #expect(mkfifo("\(path).d/b.conf", 0o600) == 0)
    #expect(
      problems(at: path, in: folder) == [
        "one4alld.conf.d/b.conf: cannot be read: it is not an ordinary file"
      ])
  }

  @Test func aKeyFileThatOthersCanReadIsRefusedWithTheRemedy() throws {
    let folder = TemporaryFolder()
    let key = folder.write("key", "ror-5ecret\n", mode: 0o640)
    let path = folder.write("one4alld.conf", "[cloud]\napi_key_file = \(key)\n")
    #expect(
      problems(at: path, in: folder) == [
        "one4alld.conf:2: api_key_file: others than its owner can read key; chmod 600 key"
      ])
    chmod(key, 0o600)
    let loaded = try ConfigurationLoader.load(path: path)
    #expect(loaded.settings.cloud.apiKeyFile == key)
    #expect(!loaded.effectiveText().contains("5ecret"))
  }

  @Test func theConfigurationOfTheRehearsalPageIsRight() throws {
    let root = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))
    let page = String(decoding: try Files.read("\(root)/docs/rehearsal.md"), as: UTF8.self)
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    let begin = try #require(lines.firstIndex { $0 == "    [reader]" })
    let block = lines[begin...].prefix { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
    let folder = TemporaryFolder()
    let key = folder.write("key", "ror-rehearsal\n")
    chmod(key, 0o600)
    let text = block.joined(separator: "\n").replacing("/tmp/rehearsal/key", with: key) + "\n"
    let loaded = try ConfigurationLoader.load(path: folder.write("one4alld.conf", text))
    #expect("\(loaded.settings.reader.port)" == "/tmp/reader")
    #expect(loaded.settings.controlSocket == "/tmp/rehearsal/control.sock")
    #expect(loaded.settings.storeDirectory == "/tmp/rehearsal/store")
  }

  @Test func aToolFindsTheControlSocketWhateverElseIsWrong() throws {
    let folder = TemporaryFolder()
    let path = folder.write(
      "one4alld.conf",
      "[cloud]\napi_key_file = /nowhere/key\nnonsense = 1\n[control]\nsocket = /tmp/mine.sock\n")
    let found = try ConfigurationLoader.controlSocket(path: path)
    #expect(found.path == "/tmp/mine.sock")
    #expect(found.problems?.problems.map(\.line) == [3])
    #expect(throws: ConfigurationErrors.self) {
      try ConfigurationLoader.controlSocket(path: folder.file("missing"))
    }
  }

  @Test func onlyTheFileThatIsInForceIsLookedFor() {
    let folder = TemporaryFolder()
    let path = folder.write("one4alld.conf", "[cloud]\nca_file = /nowhere/ca.pem\n")
    folder.write("one4alld.conf.d/a.conf", "[cloud]\nca_file =\n")
    #expect(problems(at: path, in: folder) == [])
  }
}

@Suite struct CheckTests {
  @Test func aGoodConfigurationIsShownWithOriginsAndCanBeReadAgain() throws {
    let folder = TemporaryFolder()
    let path = folder.write(
      "one4alld.conf", "[reader]\nport = tcp://10.0.0.7\npoll_interval = 90\n[device]\nalias = Finish #1\n")
    let check = ConfigurationCheck.run(path: path)
    #expect(check.exitCode == 0 && !check.isFaulty)
    let lines = check.text.split(separator: "\n").map { line in
      line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    #expect(lines.contains("port = tcp://10.0.0.7:10002 ; \(path):2"))
    #expect(lines.contains("poll_interval = 1min 30s ; \(path):3"))
    #expect(lines.contains("alias = Finish #1 ; \(path):5"))
    #expect(lines.contains("proxy = ; default"))
    #expect(try load(check.text).settings == ConfigurationLoader.load(path: path).settings)
  }

  @Test func aBadConfigurationGivesALineAProblemAndExitCode78() {
    let folder = TemporaryFolder()
    let path = folder.write("one4alld.conf", "[log]\nlevel = loud\nlevel = info\n")
    let check = ConfigurationCheck.run(path: path)
    #expect(check.exitCode == 78 && check.isFaulty)
    #expect(
      check.text == """
        \(path):2: level: 'loud' is not a level; one of alert, error, warning, notice, info, debug
        \(path):3: level is set twice in this file; first in line 2

        """)
  }
}

@Suite struct ChangeTests {
  @Test func changesAreTold() throws {
    let old = try load("").settings
    let new = try load("[device]\nalias = Finish\n[log]\nlevel = debug\n[store]\ndirectory = /srv/a\n")
      .settings
    #expect(
      SettingChange.between(old, new).map(\.description) == [
        "device.alias: (empty) -> Finish", "store.directory: /var/lib/one4all -> /srv/a",
        "log.level: info -> debug",
      ])
    #expect(SettingChange.between(old, old).isEmpty)
  }

  @Test func onlyTheStoreNeedsARestartAndStaysAsItIs() throws {
    let old = try load("").settings
    let new = try load(
      "[reader]\nport = /dev/x\n[store]\ndirectory = /srv\n[control]\nsocket = /tmp/a\ngroup = g\n"
    ).settings
    let changes = SettingChange.between(old, new)
    #expect(changes.filter(\.needsRestart).map(\.name) == ["store.directory"])
    let inForce = new.inForce(over: old)
    #expect(inForce.storeDirectory == old.storeDirectory && inForce.controlSocket == "/tmp/a")
    #expect(SettingChange.between(inForce, new).map(\.name) == ["store.directory"])
  }
}
