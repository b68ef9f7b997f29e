// Inputs that are nearly frames: random bytes hardly ever make a valid date. One input in three is changed so, the rest
// as libFuzzer does it.

import ProtocolOracles

/// libFuzzer's own way of changing an input.
@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// Changes an input of `count` bytes in place, to at most `limit`; returns how many it has now.
@_cdecl("LLVMFuzzerCustomMutator")
public func changeInput(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32)
  -> Int
{
  var random = Random(seed: seed)
  guard random.below(3) == 0 else { return mutate(data, count, limit) }
  var bytes = Array(UnsafeBufferPointer(start: data, count: count))
  bytes = Nearly.changed(bytes) { random.below($0) }
  let kept = min(bytes.count, limit)
  for index in 0..<kept { data[index] = bytes[index] }
  return kept
}

/// Numbers out of a seed, SplitMix64.
private struct Random {
  private var state: UInt64

  init(seed: UInt32) { state = UInt64(seed) }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((bits ^ (bits >> 31)) % UInt64(bound))
  }
}
