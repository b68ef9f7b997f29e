// What libFuzzer calls: a hostile world made of the input. Built by scripts/fuzz, outside the package's graph.

/// Ends the process when something does not hold, so that libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(HostileWorld.Violation) {
    try HostileWorld.check(Array(UnsafeBufferPointer(start: data, count: count)))
  } catch {
    fatalError("VIOLATION: \(error)")
  }
  return 0
}
