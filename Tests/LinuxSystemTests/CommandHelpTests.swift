import ProgramArguments
import Testing

@Suite("Help texts")
struct CommandHelpTests {
  @Test("have one form")
  func form() {
    let help = CommandHelp(
      usage: ["tool one", "tool two"], summary: "Does things.",
      options: [Option("config", letter: "c", argument: "FILE", help: "the file")],
      sections: [.init("Exit codes", [("0", "well"), ("64", "badly")])])
    #expect(
      help.text == """
        Usage: tool one
               tool two

        Does things.

        Options:
          -c, --config FILE  the file
          -h, --help         show this help and exit

        Exit codes:
          0   well
          64  badly

        """)
  }

  @Test("give what is too long a line of its own")
  func longNames() {
    let long = String(repeating: "x", count: 40)
    let help = CommandHelp(usage: ["t"], summary: "S", sections: [.init("T", [(long, "meaning")])])
    #expect(help.text.hasSuffix("T:\n  \(long)\n  \(String(repeating: " ", count: 32))  meaning\n"))
  }
}
