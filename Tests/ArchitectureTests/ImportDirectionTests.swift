import LinuxSystem
import TestSupport
import Testing

/// docs/architecture.md as a table: what each room may import, and why not more.
private let rules: [String: (allowed: Set<String>, reason: String)] = {
  let pure =
    "rings 1 and 2 are pure: no system, no files, no clock, no threads, so that they can be tested as values"
  let adapter = "an adapter knows the core's words, the system and one library; never another outside thing"
  let program = "a program's library puts rooms together"
  let thin = "an executable is thin: it calls its library, nothing else"
  let system: Set<String> = ["Glibc", "Synchronization", "CLinux", "LinuxSystem"]
  let core: Set<String> = ["AgentCore", "One4AllProtocol", "JSONDocument"]
  var rules: [String: (Set<String>, String)] = [
    "Protocol/One4AllProtocol": ([], pure),
    "Protocol/JSONDocument": ([], pure),
    "Core/AgentCore": (["One4AllProtocol", "JSONDocument"], pure),
    "Adapters/LinuxSystem": (["Glibc", "Synchronization", "CLinux"], adapter),
    "Adapters/ProgramArguments": (["Glibc", "Synchronization", "CLinux"], adapter),
    "Adapters/ZoneDatabase": (["Glibc", "Synchronization", "CLinux", "One4AllProtocol"], adapter),
    "Adapters/JSONText": (["Glibc", "JSONDocument", "CJansson"], adapter),
    "Adapters/ReaderLine": (system.union(core).union(["CSerialPort"]), adapter),
    "Adapters/CloudClient": (system.union(core).union(["CCurl", "JSONText"]), adapter),
    "Adapters/AgentStore": (system.union(core).union(["CPageSeals", "CSQLite"]), adapter),
    "Adapters/ServiceManager": (system.union(core).union(["CSystemd"]), adapter),
    "Adapters/Configuration": (system.union(core).union(["CInih", "ZoneDatabase"]), adapter),
    "Adapters/ControlSocket": (system.union(["JSONDocument", "JSONText"]), adapter),
    "Adapters/HTTPServer": (system.union(["CMicrohttpd"]), adapter),
    "Programs/Rehearsal": (
      ["JSONDocument"], "the rehearsal shares no parser with the agent, so that each checks the other"
    ),
    "Programs/RehearsalTool": (
      system.union([
        "HTTPServer", "JSONDocument", "JSONText", "ProgramArguments", "Rehearsal", "ZoneDatabase",
      ]), "the rehearsal knows nothing of the agent"
    ),
    "Programs/AgentRuntime": (
      system.union(core).union([
        "AgentStore", "CloudClient", "Configuration", "ControlSocket", "JSONText", "ProgramArguments",
        "ReaderLine", "ServiceManager", "ZoneDatabase",
      ]), program
    ),
    "Programs/TechnicianTool": (
      system.union(core).union([
        "Configuration", "ControlSocket", "JSONText", "ProgramArguments", "ReaderLine", "ZoneDatabase",
      ]), "the tool asks the daemon and the reader; state, cloud and journal belong to the daemon"
    ),
    "Programs/BenchmarkTool": (
      system.union(core).union(["AgentStore", "JSONText", "ProgramArguments", "CScalarParser"]),
      "the benchmark measures parser and store as they are, beside a parser in C; the rest of the daemon only as a "
        + "process from outside"
    ),
    "Executables/one4alld": (["AgentRuntime", "Glibc"], thin),
    "Executables/one4allctl": (["TechnicianTool", "Glibc"], thin),
    "Executables/one4all-sim": (["RehearsalTool", "Glibc"], thin),
    "Executables/one4all-bench": (
      ["BenchmarkTool", "CAllocationCounter", "Glibc"],
      "an executable is thin; this one counts allocations, which replaces malloc, so no library may"
    ),
  ]
  return rules.mapValues { (allowed: $0.0, reason: $0.1) }
}()

/// The folder of the package.
let root: String = {
  let parts = #filePath.split(separator: "/").dropLast(3)
  return "/" + parts.joined(separator: "/")
}()

/// The Swift files in a folder, and in those within it.
func swiftFiles(under folder: String) throws -> [String] {
  try Files.list(folder).flatMap { name -> [String] in
    let path = "\(folder)/\(name)"
    if try Files.status(path)?.kind == .folder { return try swiftFiles(under: path) }
    return name.hasSuffix(".swift") ? [path] : []
  }
}

/// The modules that a source text imports: `import X`, `public import struct X.Y`, `@testable import X` and so on.
func importedModules(in text: String) -> [String] {
  text.split(separator: "\n").compactMap { line in
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
    let modifiers: Set<Substring> = ["public", "package", "internal", "private", "fileprivate"]
    guard let place = words.firstIndex(of: "import"),
      words[..<place].allSatisfy({ modifiers.contains($0) || $0.hasPrefix("@") })
    else { return nil }
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    let rest = words[(place + 1)...].drop { kinds.contains($0) }
    return rest.first?.split(separator: ".").first.map(String.init)
  }
}

@Suite("Imports point inward only")
struct ImportDirectionTests {
  @Test("Every room imports only what docs/architecture.md lets it", arguments: rules.keys.sorted())
  func roomImportsOnlyWhatItMay(room: String) throws {
    let rule = try #require(rules[room])
    let files = try swiftFiles(under: "\(root)/Sources/\(room)")
    #expect(!files.isEmpty, "\(room) has no sources")
    for file in files {
      let text = String(decoding: try Files.read(file), as: UTF8.self)
      for module in importedModules(in: text) where !rule.allowed.contains(module) {
        Issue.record(
          "\(file.dropFirst(root.count + 1)) imports \(module), which \(room) may not: \(rule.reason)")
      }
    }
  }

  @Test("Every room of Sources has a rule")
  func everyRoomHasARule() throws {
    for ring in ["Protocol", "Core", "Adapters", "Programs", "Executables"] {
      for room in try Files.list("\(root)/Sources/\(ring)") {
        #expect(rules["\(ring)/\(room)"] != nil, "Sources/\(ring)/\(room) has no rule in this test")
      }
    }
  }

  @Test("Every room has its row in docs/architecture.md")
  func everyRoomIsDocumented() throws {
    let page = String(decoding: try Files.read("\(root)/docs/architecture.md"), as: UTF8.self)
    for room in rules.keys {
      let name = Files.name(of: room)
      #expect(page.contains("`\(name)`"), "docs/architecture.md does not name \(name)")
    }
  }

  @Test("An import is found in whatever form it is written")
  func importsAreFound() {
    let text = """
      import Foundation
      public import struct Glibc.stat
        @testable import AgentCore
      // import NotThis
      let important = "import Neither"
      """
    #expect(importedModules(in: text) == ["Foundation", "Glibc", "AgentCore"])
  }
}
