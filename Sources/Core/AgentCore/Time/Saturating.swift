// Arithmetic on what comes from outside: a result that does not fit is the nearest one that does.

extension FixedWidthInteger {
  /// The sum, or the bound that it would pass.
  public func saturatingAdd(_ other: Self) -> Self {
    let (sum, overflows) = addingReportingOverflow(other)
    guard overflows else { return sum }
    return other < 0 ? .min : .max
  }

  /// The difference, or the bound that it would pass.
  public func saturatingSubtract(_ other: Self) -> Self {
    let (difference, overflows) = subtractingReportingOverflow(other)
    guard overflows else { return difference }
    return other < 0 ? .max : .min
  }
}

/// Spans themselves need no more than this: they hold 5 * 10^12 years, and every span of the core is the difference of two
/// moments (at most 10^4 years), a setting (at most a year) or a small multiple of one.
extension Duration {
  /// In nanoseconds, cut; beyond 292 years the bound.
  public var wholeNanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }
  /// In milliseconds, cut; beyond 292 million years the bound.
  public var wholeMilliseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000_000_000) }
  /// In seconds.
  public var inSeconds: Double { Double(attoseconds) / 1e18 }

  /// That many times as long, cut to nanoseconds; at most 292 years.
  func scaled(by factor: Double) -> Duration {
    let nanoseconds = Double(wholeNanoseconds) * factor
    return .nanoseconds(Int64(exactly: nanoseconds.rounded(.towardZero)) ?? (nanoseconds < 0 ? .min : .max))
  }

  /// A span of that many seconds, whatever the number: what is no number is none, and no span is longer than 10^4 years.
  public init(clampingSeconds seconds: Double) {
    let longest = 3.2e11
    self = seconds.isNaN ? .zero : .seconds(min(max(seconds, -longest), longest))
  }
}

/// A span without its sign.
func abs(_ span: Duration) -> Duration { span < .zero ? .zero - span : span }
