import LinuxSystem
import One4AllProtocol
import Testing

/// Bytes as a reader sends them, and the frames that they are: `NAME.bytes` and `NAME.frames` in Fixtures.
struct Fixture: CustomTestStringConvertible, Sendable {
  let name: String
  let bytes: [UInt8]
  /// One line a frame, as `description(of:)` writes it.
  let frames: [String]

  var testDescription: String { name }

  static let folder = Files.parent(of: #filePath) + "/Fixtures"

  static let all: [Fixture] = {
    let names = ((try? Files.list(folder)) ?? []).filter { $0.hasSuffix(".bytes") }.sorted()
    return names.compactMap { try? Fixture(name: String($0.dropLast(6))) }
  }()

  init(name: String) throws {
    self.name = name
    bytes = try Files.read("\(Self.folder)/\(name).bytes")
    let text = String(decoding: try Files.read("\(Self.folder)/\(name).frames"), as: UTF8.self)
    frames = text.split(separator: "\n").map(String.init)
  }

  static func description(of frame: Frame) -> String {
    switch frame {
    case .hello(let hello): "hello \(hello.text)"
    case .passing(let passing): "passing \(passing.text)"
    case .reply(let reply): "reply \(reply.name.rawValue) \(reply.arguments.joined(separator: "|"))"
    case .endOfList: "end"
    case .malformed(let malformed):
      "malformed \(malformed.reason.rawValue) \(malformed.printable(limit: 120))"
    }
  }
}

/// Lines that a reader really sent.
enum RealLine {
  static let passing = "1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6"
  static let status =
    "GETSTATUS;3;192.168.1.13;O4A5-00051;One4All 5;1234678;Macsha Mexico;MC;46.2;True;20191117-131717.csv;0;"
    + "True;100;26.5;True;False;False;True;America/Mexico_City;False;never;960122610340BFDD;Motorola;OK;fcc;5;"
    + "3;False;1.1.3.0;False;False;False;False;False;False;3;3.0;15336649CD289D56E1B2;False;;0;False"
}

extension Framer {
  /// The frames that a chunk completes.
  mutating func frames(of chunk: [UInt8]) -> [Frame] {
    var frames: [Frame] = []
    feed(chunk) { frames.append($0) }
    return frames
  }

  /// The frames that text completes.
  mutating func frames(of text: String) -> [Frame] { frames(of: Array(text.utf8)) }

  mutating func framesAfterSilence() -> [Frame] {
    var frames: [Frame] = []
    flushAfterSilence { frames.append($0) }
    return frames
  }

  mutating func framesAtEnd() -> [Frame] {
    var frames: [Frame] = []
    finish { frames.append($0) }
    return frames
  }
}
