public import JSONDocument
import One4AllProtocol

/// Frames that are kept and not believed, as a document: the contract `one4all.doubtful/1`. docs/control.md describes it.
public enum DoubtfulDocument {
  /// Names the contract and its version.
  public static let schema = "one4all.doubtful/1"

  /// The document of frames, newest first.
  /// - Parameter reasons: how many are kept of all files, by the reason.
  public static func document(of frames: [DoubtfulFrame], reasons: [DoubtfulFrame.Reason: Int]) -> JSONValue {
    [
      "schema": .string(schema),
      "reasons": counts(reasons),
      "frames": .array(
        frames.map { frame in
          [
            "serial_number": .text(frame.key?.serialNumber),
            "file": .text(frame.key?.file),
            "arrived_at": .string(frame.arrivedWall.iso8601),
            "reason": .string(frame.reason.rawValue),
            "raw": .string(frame.text),
          ]
        }),
    ]
  }

  /// How many frames there are, by the reason.
  static func counts(_ reasons: [DoubtfulFrame.Reason: Int]) -> JSONValue {
    .object(
      JSONObject(
        DoubtfulFrame.Reason.allCases.map {
          .init(name: $0.rawValue, value: .integer(Int64(reasons[$0] ?? 0)))
        }))
  }
}
