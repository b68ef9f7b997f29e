import AgentCore
import Glibc
import LinuxSystem

/// Reads a configuration: a file and its drop-ins, all or nothing.
public enum ConfigurationLoader {
  /// Largest file that is read, in bytes: twenty times the sample with all its comments.
  static let sizeLimit = 256 << 10
  /// Most files that are read beside the first one.
  static let mostDropIns = 64
  /// Most problems that are told: a file of another kind is wrong in every line.
  static let mostProblems = 100
  /// Largest file of certificate authorities: eight times that of the system.
  static let authoritiesLimit = 2 << 20

  /// Reads the file at that path, then `PATH.d/*.conf` by name; what is read later wins.
  /// The files that settings name (`api_key_file`, `ca_file`, `bib_map`) are looked at too.
  /// - Parameter path: the file.
  /// - Throws: everything that is wrong, by file and line; no settings come of a faulty configuration.
  public static func load(path: String) throws(ConfigurationErrors) -> LoadedConfiguration {
    var reading = read(path)
    reading.checkFiles()
    reading.completeCoordinates()
    reading.completeBibs()
    return try reading.result()
  }

  /// Where the control socket is by a configuration that may be faulty elsewhere: a running daemon has settings of
  /// its own, and a slip in the file must not keep a person from asking it.
  /// - Returns: the socket's path, and what is wrong with the configuration, nil when nothing is.
  /// - Throws: when the file itself cannot be read.
  public static func controlSocket(path: String) throws(ConfigurationErrors) -> (
    path: String, problems: ConfigurationErrors?
  ) {
    let reading = read(path)
    do throws(ConfigurationErrors) {
      return (try reading.result().settings.controlSocket, nil)
    } catch {
      if error.problems.contains(where: { $0.file == path && $0.line == nil }) { throw error }
      return (reading.settings.controlSocket, error)
    }
  }

  /// The zone of the reader's clock by a configuration that may be faulty elsewhere.
  /// - Returns: the zone's name; nil when none is set.
  /// - Throws: when the file itself cannot be read, or what is set is no zone.
  public static func readerTimeZone(path: String) throws(ConfigurationErrors) -> String? {
    let reading = read(path)
    if let refused = reading.refused["reader.time_zone"] { throw ConfigurationErrors(problems: [refused]) }
    do throws(ConfigurationErrors) {
      return try reading.result().settings.reader.timeZone
    } catch {
      if error.problems.contains(where: { $0.file == path && $0.line == nil }) { throw error }
      return reading.settings.reader.timeZone
    }
  }

  private static func read(_ path: String) -> Reading {
    var reading = Reading()
    reading.read(path)
    let folder = "\(path).d"
    if Files.exists(folder) {
      do throws(SystemError) {
        let names = try Files.list(folder).filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
        guard names.count <= mostDropIns else {
          reading.report(folder, nil, "holds \(names.count) files; at most \(mostDropIns) are read")
          return reading
        }
        for name in names { reading.read("\(folder)/\(name)") }
      } catch {
        reading.report(folder, nil, "cannot be read: \(error.reason)")
      }
    }
    return reading
  }
}

/// What has been read so far.
private struct Reading {
  private struct Found {
    let place: Int
    let problem: ConfigurationProblem
  }

  private(set) var settings = SettingTable.defaults
  /// Of settings whose value that counts is none, what is wrong with it.
  private(set) var refused: [String: ConfigurationProblem] = [:]
  private var origins: [String: SettingOrigin] = [:]
  private var found: [Found] = []
  private var files: [String] = []

  mutating func report(_ file: String, _ line: Int?, _ message: String) {
    guard found.count <= ConfigurationLoader.mostProblems else { return }
    let isLast = found.count == ConfigurationLoader.mostProblems
    let words = isLast ? "and more is wrong; mend what stands above first" : message
    let place = files.firstIndex(of: file) ?? files.count
    found.append(
      Found(
        place: isLast ? .max : place, problem: ConfigurationProblem(file: file, line: line, message: words))
    )
  }

  func result() throws(ConfigurationErrors) -> LoadedConfiguration {
    guard found.isEmpty else {
      // Faults of one line keep the order in which they were found.
      let sorted = found.enumerated().sorted { left, right in
        let leftKey = (left.element.place, left.element.problem.line ?? 0, left.offset)
        return leftKey < (right.element.place, right.element.problem.line ?? 0, right.offset)
      }
      throw ConfigurationErrors(problems: sorted.map(\.element.problem))
    }
    return LoadedConfiguration(settings: settings, origins: origins)
  }

  mutating func read(_ path: String) {
    files.append(path)
    let content: [UInt8]
    do throws(SystemError) {
      content = try Files.read(path, limit: ConfigurationLoader.sizeLimit)
    } catch {
      let reason = error.number == EISDIR ? "it is a folder" : error.reason
      return report(path, nil, "cannot be read: \(reason)")
    }
    interpret(IniDocument(content), path)
  }

  private mutating func interpret(_ document: IniDocument, _ path: String) {
    for fault in document.faults { report(path, fault.line, fault.message) }
    for section in document.sections where SettingSection(rawValue: section.name) == nil {
      report(path, section.line, Wording.unknownSection(section.name))
    }
    var firstLines: [String: Int] = [:]
    for entry in document.entries {
      guard let declaration = SettingTable.find(entry.section, entry.key) else {
        // Keys below an unknown section are no faults of their own.
        if entry.section.isEmpty || SettingSection(rawValue: entry.section) != nil {
          report(path, entry.line, Wording.unknownKey(entry.key, in: entry.section))
        }
        continue
      }
      if let first = firstLines[declaration.fullName] {
        report(path, entry.line, "\(entry.key) is set twice in this file; first in line \(first)")
        continue
      }
      firstLines[declaration.fullName] = entry.line
      if let complaint = declaration.set(entry.value, &settings) {
        report(path, entry.line, complaint)
        refused[declaration.fullName] = ConfigurationProblem(file: path, line: entry.line, message: complaint)
      } else {
        refused[declaration.fullName] = nil
        origins[declaration.fullName] = .file(path, line: entry.line)
      }
    }
  }

  mutating func checkFiles() {
    if let file = settings.cloud.apiKeyFile, case .file(let path, let line)? = origins["cloud.api_key_file"] {
      do throws(APIKeyError) { _ = try APIKey.read(file: file, credentialsDirectory: nil) } catch {
        report(path, line, "api_key_file: \(error)")
      }
    }
    if let file = settings.cloud.caFile, case .file(let path, let line)? = origins["cloud.ca_file"] {
      do throws(SystemError) {
        guard try Files.status(file)?.kind == .file else {
          return report(path, line, "ca_file: there is no file \(file)")
        }
        _ = try Files.read(file, limit: ConfigurationLoader.authoritiesLimit)
      } catch { report(path, line, "ca_file: \(file) cannot be read: \(error.reason)") }
    }
  }

  /// One coordinate without the other is none.
  mutating func completeCoordinates() {
    guard let coordinates = settings.passings.coordinates else { return }
    for (name, other, text) in [
      ("latitude", "longitude", coordinates.longitude), ("longitude", "latitude", coordinates.latitude),
    ] where text.isEmpty {
      report(name, "\(name): \(other) is missing; set both, or leave both empty")
    }
  }

  /// Reads the table of bibs, when there is one.
  mutating func completeBibs() {
    switch (settings.passings.bibWord, settings.bibMapFile) {
    case (.map, nil): report("bib", "bib: 'map' needs a table; name its file in bib_map")
    case (.chipNumber, let file?), (.chip, let file?):
      let word = settings.passings.bibWord.rawValue
      report(
        "bib_map",
        "bib_map: with bib = \(word) nothing looks into \(file); set bib = map, or leave bib_map empty")
    case (.chipNumber, nil), (.chip, nil): break
    case (.map, let file?):
      let content: [UInt8]
      do throws(SystemError) {
        guard try Files.status(file)?.kind == .file else {
          return report("bib_map", "bib_map: there is no file \(file)\(Reading.advice(about: file))")
        }
        content = try Files.read(file, limit: BibTable.sizeLimit)
      } catch {
        return report(
          "bib_map", "bib_map: \(file) cannot be read: \(error.reason)\(Reading.advice(about: file))")
      }
      let table = BibTable(content)
      files.append(file)
      for fault in table.faults { report(file, fault.line, "bib_map: \(fault.message)") }
      settings.passings.bib = .map(table.map)
    }
  }

  /// A problem with a setting of `[passings]`, told where it stands.
  private mutating func report(_ name: String, _ message: String) {
    guard case .file(let path, let line)? = origins["passings.\(name)"] else { return }
    report(path, line, message)
  }

  /// What a person who sees the file and is told that there is none wants to know.
  private static func advice(about file: String) -> String {
    let hidden = ["/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"]
    return hidden.contains(where: file.hasPrefix)
      ? " (the service sees neither /home nor /tmp; put it into /etc/one4all)" : ""
  }
}
