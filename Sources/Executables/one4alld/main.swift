import AgentRuntime
import Glibc

exit(DaemonCommand.main(Array(CommandLine.arguments.dropFirst())))
