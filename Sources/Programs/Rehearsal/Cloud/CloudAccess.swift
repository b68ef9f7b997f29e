/// What an API key may do (vendor's page "Api permissions").
public struct CloudAccess: OptionSet, Sendable {
  /// The permissions as bits.
  public let rawValue: UInt8
  /// The permissions of those bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Every GET.
  public static let read = CloudAccess(rawValue: 1)
  /// Every POST and PATCH.
  public static let write = CloudAccess(rawValue: 2)
  /// Every DELETE.
  public static let unbind = CloudAccess(rawValue: 4)

  /// The access of that name: `READ`, `WRITE`, `READ_WRITE`, `UNBIND`, or several joined by `+`, as in
  /// `READ_WRITE+UNBIND`; nil for anything else.
  public init?(name: String) {
    var access: CloudAccess = []
    for part in name.split(separator: "+", omittingEmptySubsequences: false) {
      switch part {
      case "READ": access.insert(.read)
      case "WRITE": access.insert(.write)
      case "READ_WRITE": access.formUnion([.read, .write])
      case "UNBIND": access.insert(.unbind)
      default: return nil
      }
    }
    self = access
  }

  /// The name that `init(name:)` takes.
  public var name: String {
    var parts: [String] = []
    if isSuperset(of: [.read, .write]) {
      parts.append("READ_WRITE")
    } else if contains(.read) {
      parts.append("READ")
    } else if contains(.write) {
      parts.append("WRITE")
    }
    if contains(.unbind) { parts.append("UNBIND") }
    return parts.joined(separator: "+")
  }
}
