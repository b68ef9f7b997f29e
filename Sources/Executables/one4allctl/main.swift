import Glibc
import TechnicianTool

exit(ToolCommand.main(Array(CommandLine.arguments.dropFirst())))
