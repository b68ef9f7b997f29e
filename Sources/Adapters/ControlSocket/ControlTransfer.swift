import Glibc
import LinuxSystem

/// What ends a request and a reply.
let newline = UInt8(ascii: "\n")

/// Sends once, as much as goes; nil when there is no room. A peer that is gone is an error (EPIPE), never a signal.
func transmit(_ bytes: ArraySlice<UInt8>, _ descriptor: Int32) throws(SystemError) -> Int? {
  do throws(SystemError) {
    return try bytes.span.bytes.withUnsafeBytes { buffer throws(SystemError) in
      try system("send") { send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL)) }
    }
  } catch {
    if error.number == EAGAIN { return nil }
    throw error
  }
}

func nanoseconds(_ duration: Duration) -> Int64 {
  duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
}
