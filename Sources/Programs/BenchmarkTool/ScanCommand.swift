import Glibc
import One4AllProtocol
import ProgramArguments

extension Subcommand {
  /// Frame ends only.
  static let scan = Subcommand(
    name: "scan", summary: "frame ends only; and the same by memchr, to compare with",
    help: CommandHelp(
      usage: ["one4all-bench scan FILE [--chunk N]"],
      summary: """
        Finds every line feed of the file, by the framer's scanner and by the C library's memchr: two lines. acc
        is the wrapping sum of the places where they were found, counted from the begin of their chunk.
        """, options: [chunkOption]),
    operands: 1...1,
    run: { arguments, meter throws(BenchmarkError) in
      let size = try chunkSize(arguments)
      let bytes = try input(arguments)
      try meter.measure("scan", bytes: bytes.count) { inChunks(bytes, of: size, scan) }
      try meter.measure("memchr", bytes: bytes.count) { inChunks(bytes, of: size, searchByMemchr) }
    })

  private static func inChunks(
    _ bytes: [UInt8], of size: Int, _ search: (Span<UInt8>, inout Meter.Work) -> Void
  ) -> Meter.Work {
    var work = Meter.Work()
    let span = bytes.span
    var start = 0
    while start < span.count {
      let end = chunkEnd(from: start, by: size, of: span.count)
      search(span.extracting(start..<end), &work)
      start = end
    }
    return work
  }

  private static func scan(_ chunk: Span<UInt8>, _ work: inout Meter.Work) {
    var scanner = LineScanner()
    var start = 0
    while let end = scanner.lineFeed(in: chunk, from: start) {
      work.frames &+= 1
      work.accumulated &+= UInt64(end)
      start = end &+ 1
    }
  }

  private static func searchByMemchr(_ chunk: Span<UInt8>, _ work: inout Meter.Work) {
    chunk.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      var start = base
      let end = base + buffer.count
      while start < end, let found = memchr(start, 0x0A, end - start) {
        work.frames &+= 1
        work.accumulated &+= UInt64(UnsafeRawPointer(found) - base)
        start = UnsafeRawPointer(found) + 1
      }
    }
  }
}
