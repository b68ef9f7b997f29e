/// A version of the protocol, such as `3.0`.
public struct ProtocolVersion: Hashable, Sendable {
  /// Before the dot, 0 to 999.
  public let major: Int
  /// Behind the dot, 0 to 999.
  public let minor: Int

  /// Nil when a part is not 0 to 999.
  public init?(major: Int, minor: Int) {
    guard 0...999 ~= major, 0...999 ~= minor else { return nil }
    self.major = major
    self.minor = minor
  }

  /// Nil unless it is two numbers of up to three digits with a dot between, such as `3.0`.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count <= 3 }),
      let major = DecimalText.whole(String(parts[0])), let minor = DecimalText.whole(String(parts[1]))
    else { return nil }
    self.init(major: major, minor: minor)
  }

  /// `major.minor`
  public var text: String { "\(major).\(minor)" }
}

extension ProtocolVersion: Comparable {
  /// Older.
  public static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}

/// Running numbers of passings, both ends included.
public struct PassingRange: Hashable, Sendable {
  /// From 1.
  public let first: UInt32
  /// Not below `first`.
  public let last: UInt32

  /// Nil unless 1 <= first <= last <= 4294967295.
  public init?(first: some BinaryInteger, last: some BinaryInteger) {
    guard let first = UInt32(exactly: first), let last = UInt32(exactly: last), first >= 1, last >= first
    else { return nil }
    self.first = first
    self.last = last
  }
}

/// How long a chip is ignored after a passing: 1 to 3600 s. The reader's default is 5.
public struct BounceTime: Hashable, Sendable {
  /// 1 to 3600.
  public let seconds: Int

  /// Nil unless 1 to 3600.
  public init?(seconds: Int) {
    guard 1...3600 ~= seconds else { return nil }
    self.seconds = seconds
  }
}
