import One4AllProtocol

/// Lines as a reader sends them in a race: numbers that go up by one, times that go on, chips of a few
/// owners, all antennas, hexadecimal checks, CR LF. The same seed gives the same lines.
struct LineGenerator {
  private static let prefixes = ["MC", "LY", "DM"].compactMap(ChipPrefix.init)
  private static let hexadecimalDigits = Array("0123456789abcdef".utf8)
  /// 2019-12-12 09:02:07.295
  private static let firstTime: Int64 = 1_576_141_327_295

  private var random: RandomNumbers
  private let isMixed: Bool
  private let malformed: MalformedKind?
  private let isLong: Bool
  private let hasFreeChips: Bool
  private var number: UInt32 = 0
  private var time = Self.firstTime

  /// - Parameters:
  ///   - isMixed: whether other lines than good passings come as well, about one in five.
  ///   - isLong: whether passings have 13 fields.
  ///   - hasFreeChips: whether codes and chips are those of FREE readers.
  ///   - malformed: what is wrong with every passing, if anything.
  init(
    seed: UInt64, isMixed: Bool = false, isLong: Bool = false, hasFreeChips: Bool = false,
    malformed: MalformedKind? = nil
  ) {
    self.isLong = isLong
    self.hasFreeChips = hasFreeChips
    random = RandomNumbers(seed: seed)
    self.malformed = malformed
    self.isMixed = isMixed
  }

  /// Appends the next line with its CR LF.
  mutating func appendLine(to bytes: inout [UInt8]) {
    switch isMixed ? random.below(40) : .max {
    case 0: bytes += Array("PING;PONG".utf8)
    case 1: bytes += Array(Self.status.utf8)
    case 2: bytes += Array("SETTIME;2019-12-12;09:02:07".utf8)
    case 3: break
    case 4: for _ in 0...random.below(30) { bytes.append(UInt8(0x80 + random.below(0x7F))) }
    case 5, 6:
      // A byte that was damaged on the way.
      let start = bytes.count
      appendPassing(to: &bytes)
      bytes[start + random.below(bytes.count - start)] ^= 1 << UInt8(random.below(3))
    case 7:
      // A passing whose end was lost.
      appendPassing(to: &bytes)
      bytes.removeLast(6 + random.below(30))
    case _: appendPassing(to: &bytes)
    }
    bytes += [0x0D, 0x0A]
  }

  private static let status =
    "GETSTATUS;3;192.168.1.13;O4A5-00051;One4All 5;1234678;Owner;MC;46.2;True;20191212-090000.csv;0;"
    + "True;100;26.5;True;False;False;True;America/Mexico_City;False;never;960122610340BFDD;Motorola;OK;fcc;5;"
    + "3;False;1.1.3.0;False;False;False;False;False;False;3;3.0;15336649CD289D56E1B2;False;;0;False"

  private mutating func appendPassing(to bytes: inout [UInt8]) {
    number += 1
    time += Int64(random.below(400))
    let check = String(
      decoding: (0..<5).map { _ in Self.hexadecimalDigits[random.below(16)] }, as: UTF8.self)
    // Two chips in three belong to the house.
    let prefix = Self.prefixes[max(0, random.below(9) - 6)]
    let ordinary = UInt32(random.below(random.below(4) == 0 ? 100_000 : 3_000))
    let isFree = hasFreeChips && ordinary % 4 != 0
    guard let moment = LocalDateTime(millisecondsSince1970: time), let check = CheckCode(check),
      let code = TimerCode(isFree ? ["", "EV2026"][Int(ordinary % 2)] : prefix.text),
      let chip = isFree ? ChipCode("R\(ordinary)") : ChipCode(number: ordinary),
      let passing = Passing(
        number: number, timerCode: code, chip: chip, at: moment,
        antenna: UInt8(1 + random.below(8)),
        reads: UInt32(1 + random.below(random.below(8) == 0 ? 120 : 12)),
        epcFields: isLong ? Self.fields(code.text + chip.text) : nil, check: check)
    else { return }
    guard let malformed else { return passing.encode(into: &bytes) }
    var frame: [UInt8] = []
    passing.encode(into: &frame)
    bytes += malformed.damaged(frame)
  }

  /// The chip's name as its EPC, with `0` in front to 12 characters, and empty reserved fields.
  private static func fields(_ name: String) -> EPCFields? {
    let padded = String(repeating: "0", count: max(0, 12 - name.utf8.count)) + name
    return EPCFields(epc: padded.utf8.map { String($0, radix: 16, uppercase: true) }.joined())
  }
}

/// Random numbers that are the same in every run (SplitMix64).
struct RandomNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// 0 up to below the bound.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
