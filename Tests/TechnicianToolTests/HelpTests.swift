import LinuxSystem
import ProgramArguments
import TestSupport
import Testing

@testable import TechnicianTool

@Suite("one4allctl's arguments")
struct HelpTests {
  private func run(_ words: String...) throws -> (code: Int32, output: String, errors: String) {
    let folder = TemporaryFolder()
    let code = try Program(
      ["\(Program.builtFolder)/one4allctl"] + words, output: folder.file("out"), errors: folder.file("err")
    ).wait()
    func text(_ name: String) -> String {
      String(decoding: (try? Files.read(folder.file(name))) ?? [], as: UTF8.self)
    }
    return (code, text("out"), text("err"))
  }

  @Test(
    "Every command has a help that names its options and the exit codes",
    arguments: ["status", "bind", "check-config", "ports", "probe"])
  func help(command: String) throws {
    let answer = try run(command, "--help")
    #expect(answer.code == 0)
    #expect(answer.output.hasPrefix("Usage: one4allctl "))
    #expect(answer.output.contains(command))
    #expect(answer.output.contains("Exit codes:"))
    #expect(answer.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test("The help of the program itself, to the letter")
  func golden() throws {
    #expect(
      try run("--help").output == """
        Usage: one4allctl [--config FILE] COMMAND [OPTION]…

        Looks at one4alld and at readers, and tells them what to do.

        Options:
          -c, --config FILE  the daemon's configuration; default /etc/one4all/one4alld.conf
              --version      show the version and exit
          -h, --help         show this help and exit

        Commands:
          status        is all well? reader, cloud, differences
          bind          make the reader a device of the cloud, also after a person removed it
          check-config  the settings in force, or all that is wrong with them
          ports         the serial ports of this machine, and who holds them
          probe PORT    talk to a reader without the daemon

        Exit codes:
          0   all is well, or it was done
          1   the daemon runs, and not all is well
          64  the arguments make no sense
          69  the daemon, the port or the reader is not there
          77  permission is missing; the message names the group
          78  the configuration is wrong

        More:
          one4allctl COMMAND --help  the options of one command

        """)
  }

  @Test("Arguments that make no sense end with 64 and name themselves")
  func nonsense() throws {
    for words in [
      [], ["stauts"], ["status", "--jsn"], ["probe"], ["probe", "nonsense"], ["bind", "extra"],
    ] {
      let folder = TemporaryFolder()
      let program = try Program(
        ["\(Program.builtFolder)/one4allctl"] + words, errors: folder.file("err"))
      #expect(program.wait() == 64, "\(words)")
      let errors = String(decoding: try Files.read(folder.file("err")), as: UTF8.self)
      #expect(errors.hasPrefix("one4allctl: "))
      if let last = words.last, words != ["probe"] { #expect(errors.contains(last), "\(errors)") }
    }
  }

  @Test("A port that is not there ends with 69 and says what is there instead")
  func absentPort() throws {
    let answer = try run("probe", "/dev/ttyUSB77")
    #expect(answer.code == 69)
    #expect(answer.errors.contains("no port /dev/ttyUSB77"))
  }

  @Test("The version is the product's")
  func version() throws {
    #expect(try run("--version").output == "one4allctl \(Product.version)\n")
  }

  @Test("ports lists in both forms")
  func ports() throws {
    #expect(try run("ports").code == 0)
    #expect(try run("ports", "--json").output.hasPrefix("["))
  }
}
