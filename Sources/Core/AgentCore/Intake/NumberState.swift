/// What is known of a number of a session file. The state says what is still to be done; the transitions stand in `after`, and
/// nowhere else.
///
///     unheard ──heard──▶ held ──confirmed──▶ settled ◀──confirmed── toCompare ◀──doubted/audit── settled
///        │                │ late                ▲                        │
///        │ lost           ├──▶ sentAhead ───────┤                        │ not in the memory
///        ▼                └──▶ unconfirmed ─────┘                        ▼
///      lost                                                    absent ──asked──▶ kept
enum NumberState: UInt8, CaseIterable, Sendable {
  /// Neither stored nor lost: missing where the reader counts it.
  case unheard
  /// Stored, and held for a short time until the reader's memory has given it.
  case held
  /// Stored, and not sent before the reader's memory has given it.
  case unconfirmed
  /// Stored and sent as it was heard, because the memory was behind: to be compared.
  case sentAhead
  /// Stored, and nothing is to be done.
  case settled
  /// Stored, and to be compared with the reader's memory.
  case toCompare
  /// Stored in front of a gap: to be compared once the reader has counted the gap.
  case beforeGap
  /// Stored, and not in the reader's memory: the store is to decide.
  case absent
  /// Absent, and the store has been asked. What stays of it is not asked for anew, unless all is compared.
  case kept
  /// The reader has it no more.
  case lost
  /// Lost, and asked for once more because all is compared.
  case lostToCompare

  /// Whether the store has it, or it waits for the store.
  var isStored: Bool {
    switch self {
    case .held, .unconfirmed, .sentAhead, .settled, .toCompare, .beforeGap, .absent, .kept: true
    case .unheard, .lost, .lostToCompare: false
    }
  }

  /// Whether the reader's memory is to be asked for it, wherever the reader's count ends.
  var isToAsk: Bool {
    switch self {
    case .unconfirmed, .sentAhead, .toCompare, .lostToCompare: true
    case .unheard, .held, .settled, .beforeGap, .absent, .kept, .lost: false
    }
  }

  /// Whether it is called lost.
  var isLost: Bool {
    switch self {
    case .lost, .lostToCompare: true
    case .unheard, .held, .unconfirmed, .sentAhead, .settled, .toCompare, .beforeGap, .absent, .kept: false
    }
  }

  /// Whether it is stored and waits for the reader's memory.
  var isWaiting: Bool {
    switch self {
    case .held, .unconfirmed: true
    case .unheard, .sentAhead, .settled, .toCompare, .beforeGap, .absent, .kept, .lost, .lostToCompare: false
    }
  }
}

/// What happens to a number of a session file.
enum NumberEvent: Sendable {
  /// It was pushed, and is held for the memory; sent ahead of it; or sent, as the memory is not asked.
  case heard
  case heardAhead
  case heardAndSent
  /// A list gave it, or a person: it is confirmed first.
  case received
  /// A person gave it, and nothing confirms it.
  case imported
  /// The memory has given it a second time.
  case confirmed
  /// It was held too long: it goes ahead of the memory, waits on, or goes as the memory is not asked.
  case lateAhead
  case lateWaiting
  case lateSent
  /// The memory is not asked any more: what waits for it goes. `isComparing`: it is compared all the same.
  case freed(isComparing: Bool)
  /// A person has let it go: it is compared when the memory answers.
  case released
  /// What was heard says otherwise than what is stored.
  case doubted
  /// It is stored, and the reader does not count it.
  case notCounted
  /// It stands in front of a gap; the reader has counted what follows.
  case inFrontOfGap
  case gapCounted
  /// The reader's memory does not have it. `isCounted`: though the reader counts it.
  case notThere(isCounted: Bool)
  /// The memory does not give it as it should, and is not asked for it any more.
  case givenUp
  /// The store has been asked about what is absent; it has removed it.
  case decided
  case removed
  /// All is compared.
  case audited
}

extension NumberState {
  /// What it is after something has happened; the same where that changes nothing.
  func after(_ event: NumberEvent) -> NumberState {
    switch event {
    case .heard: isStored ? self : .held
    case .heardAhead: isStored ? self : .sentAhead
    case .heardAndSent, .imported: isStored ? self : .settled
    case .received: isStored ? self : .unconfirmed
    case .confirmed: .settled
    case .lateAhead: self == .held ? .sentAhead : self
    case .lateWaiting: self == .held ? .unconfirmed : self
    case .lateSent: self == .held ? .settled : self
    case .freed(let isComparing): isWaiting ? isComparing ? .toCompare : .settled : self
    case .released: isWaiting ? .toCompare : self
    case .doubted:
      switch self {
      case .settled, .beforeGap, .kept: .toCompare
      case .unheard, .held, .unconfirmed, .sentAhead, .toCompare, .absent, .lost, .lostToCompare: self
      }
    case .notCounted:
      switch self {
      case .settled, .beforeGap: .toCompare
      case .unheard, .held, .unconfirmed, .sentAhead, .toCompare, .absent, .kept, .lost, .lostToCompare: self
      }
    case .inFrontOfGap: self == .settled ? .beforeGap : self
    case .gapCounted: self == .beforeGap ? .toCompare : self
    case .notThere(let isCounted):
      if isStored { .absent } else { isLost || isCounted ? .lost : .unheard }
    case .givenUp:
      switch self {
      case .held, .unconfirmed, .sentAhead, .toCompare, .beforeGap: .settled
      case .unheard, .lostToCompare: .lost
      case .settled, .absent, .kept, .lost: self
      }
    case .decided: self == .absent ? .kept : self
    case .removed: .unheard
    case .audited:
      switch self {
      case .settled, .beforeGap, .absent, .kept: .toCompare
      case .lost: .lostToCompare
      case .unheard, .held, .unconfirmed, .sentAhead, .toCompare, .lostToCompare: self
      }
    }
  }
}
