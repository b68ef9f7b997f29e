import One4AllProtocol

/// What a passing looks like, whatever it says. Passings of one reader are alike in this.
struct PassingForm: Hashable, Sendable {
  /// 8 or 13.
  let fieldCount: Int
  let timerCode: TimerCode
  /// Two letters and five digits, as on ordinary readers; FREE readers give chips of any form.
  let isChipUsual: Bool
  let hasReserved: Bool

  init(of passing: Passing) {
    fieldCount = passing.fieldCount
    timerCode = passing.timerCode
    isChipUsual = passing.chip.isUsual
    hasReserved = passing.epcFields?.hasReserved ?? false
  }

  /// As on ordinary readers with ordinary chips.
  var isUsual: Bool { fieldCount == 8 && isChipUsual }

  /// Alike but for the timer code.
  func isLike(_ other: PassingForm) -> Bool {
    fieldCount == other.fieldCount && isChipUsual == other.isChipUsual && hasReserved == other.hasReserved
  }
}
