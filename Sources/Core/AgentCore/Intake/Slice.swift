import One4AllProtocol

/// A list of passings that the reader was asked for.
struct Slice: Sendable {
  /// Most things that are kept of what is no part of a list, and most bytes of each.
  private static let damageLimit = 8
  private static let damageLength = 128

  let key: FileKey
  let range: ClosedRange<UInt32>
  /// By GETFILE, which names the file; else by GETPASSINGS, which means whichever is current.
  let isByName: Bool
  /// The frames of the list, ascending.
  var frames: [Passing] = []
  /// Nothing came meanwhile that is no frame or not believed, and nothing out of order.
  var isClean = true
  /// Its empty line has come.
  var isEnded = false
  /// What came meanwhile that is no frame or not believed.
  private(set) var damage: Set<[UInt8]> = []
  /// Frames heard meanwhile, pushed ones included.
  var heard = 0

  init(key: FileKey, range: ClosedRange<UInt32>, isByName: Bool) {
    self.key = key
    self.range = range
    self.isByName = isByName
  }

  /// It is not to be taken as it is, for that came meanwhile.
  mutating func spoil(by bytes: [UInt8]?) {
    isClean = false
    if let bytes, damage.count < Slice.damageLimit { damage.insert(Slice.damage(bytes)) }
  }

  /// How bytes stand in `damage`.
  static func damage(_ bytes: [UInt8]) -> [UInt8] {
    bytes.count > damageLength ? Array(bytes[..<damageLength]) : bytes
  }
}
