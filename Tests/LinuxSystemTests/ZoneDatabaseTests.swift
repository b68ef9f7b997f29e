import Testing
import ZoneDatabase

@Suite("The zone database")
struct ZoneDatabaseTests {
  private static let hour: Int64 = 3_600_000

  /// One change of a zone's offset. Moments are milliseconds since 1970, offsets are hours.
  struct Change: Sendable, CustomTestStringConvertible {
    let zone: String
    let moment: Int64
    let before: Double
    let after: Double
    var testDescription: String { "\(zone) \(before) to \(after)" }
    var offsetBefore: Int64 { Int64(before * 3_600_000) }
    var offsetAfter: Int64 { Int64(after * 3_600_000) }
  }

  static let forward = [
    Change(zone: "America/Mexico_City", moment: 1_648_972_800_000, before: -6, after: -5),
    Change(zone: "Europe/Berlin", moment: 1_711_846_800_000, before: 1, after: 2),
    Change(zone: "Australia/Lord_Howe", moment: 1_728_142_200_000, before: 10.5, after: 11),
    Change(zone: "America/Santiago", moment: 1_725_768_000_000, before: -4, after: -3),
  ]

  static let back = [
    Change(zone: "America/Mexico_City", moment: 1_667_113_200_000, before: -5, after: -6),
    Change(zone: "Europe/Berlin", moment: 1_729_990_800_000, before: 2, after: 1),
    Change(zone: "Australia/Lord_Howe", moment: 1_712_415_600_000, before: 11, after: 10.5),
    Change(zone: "America/Santiago", moment: 1_712_458_800_000, before: -3, after: -4),
  ]

  @Test(
    "Known zones exist",
    arguments: [
      "America/Mexico_City", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Etc/GMT+6", "UTC",
    ])
  func known(zone: String) { #expect(ZoneDatabase.exists(zone)) }

  @Test(
    "What is no zone does not exist",
    arguments: [
      "", "America", "America/", "/UTC", "../zoneinfo/UTC", "Europe/../UTC", "./UTC", "America/Atlantis",
      "CST6CDT,M4.1.0,M10.5.0", "UTC\0", "Europe/Berlin ", ":UTC", "tzdata.zi",
      "localtime", "posixrules", "posix/localtime",
      String(repeating: "A", count: 300),
    ])
  func unknown(zone: String) {
    #expect(!ZoneDatabase.exists(zone))
    #expect(ZoneDatabase.local(utc: 0, zone: zone) == nil)
    #expect(ZoneDatabase.utc(local: 0, zone: zone) == nil)
  }

  @Test(
    "Offsets as the cloud's exports write them are zones; east of Greenwich is positive",
    arguments: [
      ("GMT-06:00", "GMT-06:00", -6.0), ("UTC+2", "GMT+02:00", 2), ("GMT+05:30", "GMT+05:30", 5.5),
      ("-03:30", "GMT-03:30", -3.5), ("Z", "GMT+00:00", 0), ("GMT", "GMT", 0), ("GMT+0", "GMT+0", 0),
      // The database's own names have it the other way round.
      ("Etc/GMT+6", "Etc/GMT+6", -6),
    ])
  func fixed(zone: String, canonical: String, hours: Double) {
    let offset = Int64(hours * 3_600_000)
    let moment: Int64 = 1_729_990_800_000
    #expect(ZoneDatabase.exists(zone) && ZoneDatabase.canonical(zone) == canonical)
    for name in [zone, canonical] {
      #expect(ZoneDatabase.local(utc: moment, zone: name) == moment + offset)
      #expect(ZoneDatabase.utc(local: moment + offset, zone: name) == .once(moment))
      var clock = ZoneClock(zone: name)
      #expect(clock?.utc(local: moment + offset) == .once(moment))
    }
  }

  @Test("Local time changes at the moment of the change and not before", arguments: forward + back)
  func offsets(change: Change) {
    let last = change.moment - 1
    #expect(
      ZoneDatabase.local(utc: last, zone: change.zone) == last + change.offsetBefore)
    #expect(
      ZoneDatabase.local(utc: change.moment, zone: change.zone)
        == change.moment + change.offsetAfter)
  }

  @Test("A local time that was skipped never was, and the jump is named", arguments: forward)
  func skipped(change: Change) {
    let gap = change.moment + change.offsetBefore..<change.moment + change.offsetAfter
    for local in [gap.lowerBound, gap.lowerBound + 1, gap.upperBound - 1] {
      #expect(
        ZoneDatabase.utc(local: local, zone: change.zone)
          == .never(jump: change.moment, byOffsetBefore: local - change.offsetBefore))
    }
    #expect(
      ZoneDatabase.utc(local: gap.lowerBound - 1, zone: change.zone)
        == .once(change.moment - 1))
    #expect(
      ZoneDatabase.utc(local: gap.upperBound, zone: change.zone)
        == .once(change.moment))
  }

  @Test("A local time that came twice means both moments, the earlier first", arguments: back)
  func doubled(change: Change) {
    let fold = change.moment + change.offsetAfter..<change.moment + change.offsetBefore
    for local in [fold.lowerBound, fold.lowerBound + 1, fold.upperBound - 1] {
      #expect(
        ZoneDatabase.utc(local: local, zone: change.zone)
          == .twice(earlier: local - change.offsetBefore, later: local - change.offsetAfter))
    }
    #expect(
      ZoneDatabase.utc(local: fold.lowerBound - 1, zone: change.zone)
        == .once(change.moment - 1 - (change.offsetBefore - change.offsetAfter)))
    #expect(
      ZoneDatabase.utc(local: fold.upperBound, zone: change.zone)
        == .once(fold.upperBound - change.offsetAfter))
  }

  @Test("Mexico City changed its clocks in 2021 and does so no more")
  func mexicoCity() {
    let zone = "America/Mexico_City"
    let summers: [(noon: Int64, offset: Int64)] = [
      (1_625_140_800_000, -5), (1_719_835_200_000, -6), (1_782_907_200_000, -6),
    ]
    for (noon, offset) in summers {
      #expect(ZoneDatabase.local(utc: noon, zone: zone) == noon + offset * Self.hour)
    }
    // The hours that were skipped and doubled in 2021, and the same hours of 2024.
    #expect(
      ZoneDatabase.utc(local: 1_617_503_400_000, zone: zone)
        == .never(jump: 1_617_523_200_000, byOffsetBefore: 1_617_525_000_000))
    #expect(
      ZoneDatabase.utc(local: 1_635_643_800_000, zone: zone)
        == .twice(earlier: 1_635_661_800_000, later: 1_635_665_400_000))
    for local: Int64 in [1_712_457_000_000, 1_729_992_600_000] {
      #expect(ZoneDatabase.utc(local: local, zone: zone) == .once(local + 6 * Self.hour))
    }
  }

  @Test("India has one offset the whole year, by half an hour beside the others")
  func kolkata() {
    for month in 0..<12 {
      let utc = 1_704_067_200_000 + Int64(month) * 30 * 24 * Self.hour + 7
      let local = utc + 11 * Self.hour / 2
      #expect(ZoneDatabase.local(utc: utc, zone: "Asia/Kolkata") == local)
      #expect(ZoneDatabase.utc(local: local, zone: "Asia/Kolkata") == .once(utc))
    }
  }

  @Test("A day that a country skipped never was")
  func wholeDay() {
    // Samoa went over the date line at the end of 2011-12-29: local 2011-12-30 never was.
    let noon: Int64 = 1_325_246_400_000
    #expect(
      ZoneDatabase.utc(local: noon, zone: "Pacific/Apia")
        == .never(jump: 1_325_239_200_000, byOffsetBefore: noon + 10 * Self.hour))
  }

  @Test("Before 1970 milliseconds round down")
  func before1970() {
    #expect(ZoneDatabase.local(utc: -1, zone: "Asia/Kolkata") == 19_799_999)
  }

  @Test("Two zones asked from many threads at once do not mix")
  func manyAtOnce() async {
    await withTaskGroup(of: Bool.self) { group in
      for index in 0..<200 {
        let zone = index.isMultiple(of: 2) ? "Asia/Kolkata" : "UTC"
        let offset = index.isMultiple(of: 2) ? 11 * Self.hour / 2 : 0
        group.addTask { ZoneDatabase.local(utc: 0, zone: zone) == offset }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
