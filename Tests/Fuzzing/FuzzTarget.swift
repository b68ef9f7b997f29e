// What libFuzzer calls: every oracle over the input. Built by scripts/fuzz, outside the package's graph.

import ProtocolOracles

/// Ends the process when an oracle does not hold, so that libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(Violation) {
    try Oracles.check(Array(UnsafeBufferPointer(start: data, count: count)))
  } catch {
    fatalError("VIOLATION: \(error)")
  }
  return 0
}
