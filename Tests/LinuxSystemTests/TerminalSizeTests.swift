import Glibc
import LinuxSystem
import ProgramArguments
import Testing

@Suite("The size of a terminal")
struct TerminalSizeTests {
  @Test("is what the terminal says; 80 columns for what is none, or says nothing")
  func columns() throws {
    let terminal = Descriptor(
      owning: try system("open", "/dev/ptmx") { open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC) })
    let number = terminal.number
    #expect(TerminalSize.columns(of: number) == 80)
    // Rows, columns, and two that nobody uses.
    var size: (UInt16, UInt16, UInt16, UInt16) = (24, 40, 0, 0)
    try system("ioctl TIOCSWINSZ") { ioctl(number, UInt(TIOCSWINSZ), &size) }
    #expect(TerminalSize.columns(of: number) == 40)
    #expect(TerminalSize.columns(of: -1) == 80)
  }
}
