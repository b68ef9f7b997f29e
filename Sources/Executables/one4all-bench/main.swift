import BenchmarkTool
import CAllocationCounter
import Glibc

exit(
  BenchmarkCommand.main(
    Array(CommandLine.arguments.dropFirst()), allocationCount: one4all_allocation_count))
