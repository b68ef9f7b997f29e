import Glibc
import RehearsalTool

exit(RehearsalCommand.main(Array(CommandLine.arguments.dropFirst())))
