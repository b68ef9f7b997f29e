import AgentCore
import Configuration
import TestSupport
import Testing

@Suite("Settings of passings")
struct PassingSettingsTests {
  @Test("Without a word in the file the defaults are those that the core has by itself")
  func defaults() throws {
    let settings = try load("").settings
    #expect(settings.passings == PassingSettings())
    #expect(settings.store == StoreSettings())
    #expect(settings.bibMapFile == nil)
  }

  @Test("Every key is read")
  func everyKey() throws {
    let settings = try load(
      """
      [reader]
      clock_warning = 2500ms
      set_reader_clock = when-stopped
      [passings]
      forward = no
      batch_size = 5000
      max_latency = 2s
      bib = chip
      session_alias = {file} of {alias}
      on_closed_session = new
      latitude = -33.4489
      longitude = 70
      confirm = always
      session = start
      [store]
      min_free = 2G
      backup = no
      backup_max_size = 1536K
      backup_max_age = 7d
      """
    ).settings
    #expect(
      settings.passings
        == PassingSettings(
          forward: false, batchSize: 5000, maxLatency: .seconds(2), bib: .chip,
          sessionAlias: "{file} of {alias}", onClosedSession: .new,
          coordinates: .init(latitude: "-33.4489", longitude: "70"), confirm: .always, session: .start,
          clockWarning: .milliseconds(2500), setReaderClock: .whenStopped))
    #expect(
      settings.store
        == StoreSettings(
          minFree: 2 << 30, backup: false, backupMaxSize: 1536 << 10, backupMaxAge: .seconds(7 * 86_400)))
  }

  @Test(
    "What cannot be is refused with its place and what to do",
    arguments: [
      (
        "[passings]\nbatch_size = 0", "2: batch_size: '0' is too small; at least 1"
      ),
      ("[passings]\nbatch_size = 5001", "2: batch_size: '5001' is too large; at most 5000"),
      ("[passings]\nbatch_size = 1e3", "2: batch_size: '1e3' is not a whole number"),
      ("[passings]\nbatch_size = -1", "2: batch_size: '-1' is not a whole number"),
      ("[passings]\nbib = chips", "2: bib: 'chips' is not known; did you mean 'chip'?"),
      ("[passings]\nbib = number", "2: bib: 'number' is not known; chip-number or chip or map"),
      ("[passings]\nbib = map", "2: bib: 'map' needs a table; name its file in bib_map"),
      (
        "[passings]\nbib = chip\nbib_map = /a.csv",
        "3: bib_map: with bib = chip nothing looks into /a.csv; set bib = map, or leave bib_map empty"
      ),
      (
        "[passings]\nbib_map = bibs.csv", "2: bib_map: 'bibs.csv' is not an absolute path; it begins with /"
      ),
      (
        "[passings]\nsession_alias = {alias}",
        "2: session_alias: '{alias}' has no {file} in it; without it all session files would have one name"
      ),
      (
        "[passings]\nsession_alias = {file} {serial}",
        "2: session_alias: '{file} {serial}' has another placeholder than {alias} and {file}"
      ),
      (
        "[passings]\nsession_alias =",
        "2: session_alias: a value is missing; it takes a text, up to 100 characters, with {file} in it and"
          + " perhaps {alias}"
      ),
      (
        "[passings]\nlatitude = 12.5", "2: latitude: longitude is missing; set both, or leave both empty"
      ),
      (
        "[passings]\nlongitude = 12.5\nlatitude =",
        "2: longitude: latitude is missing; set both, or leave both empty"
      ),
      (
        "[passings]\nlatitude = 90.001\nlongitude = 1",
        "2: latitude: '90.001' is not within -90 to 90"
      ),
      (
        "[passings]\nlatitude = 48,13\nlongitude = 1",
        "2: latitude: '48,13' is not in decimal degrees; write it like 48.137154, south and west with a '-'"
      ),
      ("[passings]\nconfirm = yes", "2: confirm: 'yes' is not known; auto or always or never"),
      (
        "[reader]\nset_reader_clock = always",
        "2: set_reader_clock: 'always' is not known; never or when-stopped"
      ),
      ("[reader]\nclock_warning = 10ms", "2: clock_warning: '10ms' is too short; at least 100ms"),
      ("[store]\nmin_free = 100MB", "2: min_free: '100MB' is not a size; write it like 200M or 2G"),
      ("[store]\nmin_free = -1", "2: min_free: '-1' is not a size; write it like 200M or 2G"),
      ("[store]\nmin_free = 9999999999T", "2: min_free: '9999999999T' is too large; at most 1T"),
      ("[store]\nbackup_max_size = 0", "2: backup_max_size: '0' is too small; at least 1M"),
      ("[store]\nbackup_max_age = 1h", "2: backup_max_age: '1h' is too short; at least 1d"),
    ])
  func refused(text: String, message: String) {
    // A coordinate that is refused is not there, which the other one may be told of as well.
    #expect(problems(text).first == "one4alld.conf:\(message)")
  }

  @Test("No free space is too little when min_free is 0")
  func noMinimum() throws { #expect(try load("[store]\nmin_free = 0").settings.store.minFree == 0) }

  @Test("Sizes are shown in the largest unit without a fraction, and can be read again")
  func sizes() throws {
    let loaded = try load("[store]\nmin_free = 1048577\nbackup_max_size = 2048M\n")
    let text = loaded.effectiveText()
    #expect(text.contains("min_free = 1048577 ") && text.contains("backup_max_size = 2G "))
    #expect(try load(text).settings == loaded.settings)
  }

  @Test("A reload puts everything in force but what the store was opened with")
  func reload() throws {
    let new = try load(
      "[passings]\nforward = no\nlatitude = 1\nlongitude = 2\n[reader]\nclock_warning = 5s\n"
        + "[store]\nmin_free = 0\nbackup = no\nbackup_max_size = 1G\nbackup_max_age = 1d\n"
    ).settings
    let old = try load("").settings
    #expect(
      SettingChange.between(old, new).filter(\.needsRestart).map(\.name)
        == ["store.min_free", "store.backup", "store.backup_max_size", "store.backup_max_age"])
    #expect(SettingChange.between(old, new).count == 8)
  }
}

@Suite("The table of bibs")
struct BibTableTests {
  private let folder = TemporaryFolder()

  /// A configuration that names a table of that content.
  private func configuration(_ table: String) -> String {
    let path = folder.write("bibs.csv", table)
    return folder.write("one4alld.conf", "[passings]\nbib = map\nbib_map = \(path)\n")
  }

  private func bibs(_ table: String) throws -> [String: String] {
    let settings = try ConfigurationLoader.load(path: configuration(table)).settings
    guard case .map(let map) = settings.passings.bib else { return [:] }
    return map.bibs
  }

  @Test(
    "Comma or semicolon, header or none, comments, quotation marks, CR LF and a byte order mark: all the same",
    arguments: [
      "MC02976,17\nLY00001,B 4\n", "MC02976;17\r\nLY00001;B 4", "chip,bib\nMC02976,17\nLY00001,B 4\n",
      "\u{FEFF}Chip;Bib;\n mc02976 ; 17 \n\n# the bike in front\nly00001;B 4",
      "\"chip\",\"bib\"\n\"MC02976\",\"17\"\n\"LY00001\",\"B 4\"\n", "MC02976,17\nMC02976,17\nLY00001,B 4",
    ])
  func forms(table: String) throws {
    #expect(try bibs(table) == ["MC02976": "17", "LY00001": "B 4"])
  }

  @Test(
    "What is wrong in it is told by file and line",
    arguments: [
      (
        "MC02976,17\nLY00001,1\nmc02976,18\n",
        ["3: bib_map: chip MC02976 has the bib 18 here and the bib 17 in line 1; leave one of them"]
      ),
      ("chip,bib\n", ["1: bib_map: there is no chip in this file; write lines like MC02976,17"]),
      (
        "MC 2976,17\n",
        ["1: bib_map: 'MC 2976' is not a chip; write timer code and number, like MC02976"]
      ),
      (
        "MC02976,\nMC02977\nMC02978,1,2\nMC02979,4",
        [
          "1: bib_map: chip MC02976 has no bib; leave the line out or give it one",
          "2: bib_map: a line has 1 field; write CHIP,BIB", "3: bib_map: a line has 3 fields; write CHIP,BIB",
        ]
      ),
      ("MC02976,1\u{7}\n", ["1: bib_map: a control character stands in the bib of MC02976"]),
      (
        "MC02976,\(String(repeating: "9", count: 51))\n",
        ["1: bib_map: the bib of MC02976 has 51 characters; at most 50"]
      ),
    ])
  func faults(table: String, messages: [String]) {
    #expect(problems(at: configuration(table), in: folder) == messages.map { "bibs.csv:\($0)" })
  }

  @Test("Of a file that is no table only the first faults are told one by one")
  func manyFaults() {
    let found = problems(at: configuration(String(repeating: "no table\n", count: 1000)), in: folder)
    #expect(found.count == 11)
    #expect(found.last == "bibs.csv:10: bib_map: 990 more lines are wrong")
  }

  @Test("A table that is not there is told where it is named")
  func absent() {
    let path = folder.write("one4alld.conf", "[passings]\nbib = map\n\nbib_map = /nowhere/bibs.csv\n")
    #expect(
      problems(at: path, in: folder) == ["one4alld.conf:4: bib_map: there is no file /nowhere/bibs.csv"])
  }

  @Test("Who puts it where the service does not see it is told so")
  func hidden() {
    let path = folder.write("one4alld.conf", "[passings]\nbib = map\nbib_map = /home/nobody-here/bibs.csv\n")
    #expect(
      problems(at: path, in: folder) == [
        "one4alld.conf:3: bib_map: there is no file /home/nobody-here/bibs.csv (the service sees neither /home nor"
          + " /tmp; put it into /etc/one4all)"
      ])
  }

  @Test("A table of fifty thousand chips is read")
  func large() throws {
    let rows = (0..<50_000).map { number in
      let digits = String(number)
      return "MC\(String(repeating: "0", count: 5 - digits.count))\(digits),\(number)\n"
    }
    #expect(try bibs(rows.joined())["MC49999"] == "49999")
  }

  @Test("A change of the table alone is a change")
  func changed() throws {
    let old = try ConfigurationLoader.load(path: configuration("MC00001,1\nMC00002,2\n")).settings
    let new = try ConfigurationLoader.load(path: configuration("MC00001,1\nMC00002,3\nMC00003,4\n")).settings
    #expect(
      SettingChange.between(old, new).map(\.description) == [
        "passings.bib_map: 2 chips -> 3 chips, 1 of them as before"
      ])
    #expect(SettingChange.between(new, new).isEmpty)
  }
}
