// swift-tools-version: 6.2
//
// The package, ring by ring. docs/architecture.md says what each room is for and what it may import;
// Tests/ArchitectureTests holds the sources to it.

import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// For the rooms in which tests let weeks pass: optimised in a debug build too, which makes those tests four times faster
/// and the build no slower. Overflow, bounds and assertions are checked all the same.
let optimised = strict + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

/// A C library of the system, found by pkg-config; the Debian package that brings it is named in build errors.
func library(_ name: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

func room(
  _ name: String, _ dependencies: [Target.Dependency] = [], in folder: String,
  settings: [SwiftSetting] = strict
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(folder)/\(name)", swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Sources/Executables/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], excluding files: [String] = []) -> Target
{
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: files, swiftSettings: strict
  )
}

let package = Package(
  name: "one4all-agent",
  products: [
    .executable(name: "one4alld", targets: ["one4alld"]),
    .executable(name: "one4allctl", targets: ["one4allctl"]),
    .executable(name: "one4all-sim", targets: ["one4all-sim"]),
    .executable(name: "one4all-bench", targets: ["one4all-bench"]),
  ],
  targets: [
    // C libraries, one shim each.
    .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
    library("CSerialPort", pkgConfig: "libserialport", debian: "libserialport-dev"),
    library("CCurl", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
    library("CSystemd", pkgConfig: "libsystemd", debian: "libsystemd-dev"),
    library("CSQLite", pkgConfig: "sqlite3", debian: "libsqlite3-dev"),
    library("CInih", pkgConfig: "inih", debian: "libinih-dev"),
    library("CJansson", pkgConfig: "jansson", debian: "libjansson-dev"),
    library("CMicrohttpd", pkgConfig: "libmicrohttpd", debian: "libmicrohttpd-dev"),

    // The seals of the store's pages: callbacks of SQLite, in C because they are its C structures.
    .target(name: "CPageSeals", dependencies: ["CSQLite"], path: "Sources/C/CPageSeals"),

    // Ring 1: bytes to typed values and back. Pure.
    room("One4AllProtocol", in: "Protocol", settings: optimised),
    room("JSONDocument", in: "Protocol", settings: optimised),

    // Ring 2: every decision. Pure.
    room("AgentCore", ["One4AllProtocol", "JSONDocument"], in: "Core", settings: optimised),

    // Ring 3: one adapter for each outside thing.
    room("LinuxSystem", ["CLinux"], in: "Adapters"),
    room("ProgramArguments", ["CLinux"], in: "Adapters"),
    room("JSONText", ["JSONDocument", "CJansson"], in: "Adapters"),
    room("ZoneDatabase", ["One4AllProtocol", "CLinux"], in: "Adapters"),
    room("ReaderLine", ["AgentCore", "One4AllProtocol", "LinuxSystem", "CSerialPort"], in: "Adapters"),
    room("CloudClient", ["AgentCore", "JSONDocument", "JSONText", "LinuxSystem", "CCurl"], in: "Adapters"),
    room("AgentStore", ["AgentCore", "LinuxSystem", "CPageSeals", "CSQLite"], in: "Adapters"),
    room("ServiceManager", ["AgentCore", "LinuxSystem", "CSystemd"], in: "Adapters"),
    room("Configuration", ["AgentCore", "LinuxSystem", "ZoneDatabase", "CInih"], in: "Adapters"),
    room("ControlSocket", ["JSONDocument", "JSONText", "LinuxSystem"], in: "Adapters"),
    room("HTTPServer", ["LinuxSystem", "CMicrohttpd"], in: "Adapters"),

    // Ring 4: the programs; a library for each, so that tests can reach it, and a thin executable.
    room(
      "AgentRuntime",
      [
        "AgentCore", "AgentStore", "CloudClient", "ProgramArguments", "Configuration", "ControlSocket",
        "JSONDocument",
        "JSONText", "LinuxSystem", "One4AllProtocol", "ReaderLine", "ServiceManager", "ZoneDatabase",
      ], in: "Programs"),
    room(
      "TechnicianTool",
      [
        "AgentCore", "ProgramArguments", "Configuration", "ControlSocket", "JSONDocument", "JSONText",
        "LinuxSystem",
        "One4AllProtocol", "ReaderLine", "ZoneDatabase",
      ], in: "Programs"),
    room("Rehearsal", ["JSONDocument"], in: "Programs", settings: optimised),
    room(
      "RehearsalTool",
      [
        "ProgramArguments", "HTTPServer", "JSONDocument", "JSONText", "LinuxSystem", "Rehearsal",
        "ZoneDatabase",
      ],
      in: "Programs"),
    // What the benchmark compares with, and how it counts allocations.
    .target(name: "CScalarParser", path: "Sources/C/CScalarParser"),
    .target(name: "CAllocationCounter", path: "Sources/C/CAllocationCounter"),
    room(
      "BenchmarkTool",
      [
        "AgentCore", "AgentStore", "CScalarParser", "JSONDocument", "JSONText", "LinuxSystem",
        "One4AllProtocol", "ProgramArguments",
      ], in: "Programs"),
    program("one4alld", ["AgentRuntime"]),
    program("one4allctl", ["TechnicianTool"]),
    program("one4all-sim", ["RehearsalTool"]),
    program("one4all-bench", ["BenchmarkTool", "CAllocationCounter"]),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["LinuxSystem"], path: "Tests/TestSupport", swiftSettings: strict),
    // What must hold of the protocol's code whatever the input; scripts/fuzz compiles it too.
    .target(
      name: "ProtocolOracles", dependencies: ["One4AllProtocol"], path: "Tests/ProtocolOracles",
      swiftSettings: strict),
    tests("ArchitectureTests", ["LinuxSystem", "TestSupport"]),
    tests(
      "One4AllProtocolTests", ["One4AllProtocol", "LinuxSystem", "ProtocolOracles", "TestSupport"],
      excluding: ["Fixtures"]),
    tests(
      "AgentCoreTests",
      [
        "AgentCore", "JSONDocument", "JSONText", "LinuxSystem", "One4AllProtocol", "Rehearsal", "TestSupport",
        "ZoneDatabase",
      ]),
    tests("JSONTextTests", ["JSONText", "JSONDocument", "TestSupport"]),
    tests("LinuxSystemTests", ["LinuxSystem", "ProgramArguments", "ZoneDatabase", "TestSupport"]),
    tests("ReaderLineTests", ["ReaderLine", "AgentCore", "LinuxSystem", "One4AllProtocol", "TestSupport"]),
    tests(
      "CloudClientTests",
      ["CloudClient", "AgentCore", "JSONDocument", "LinuxSystem", "TestSupport"]),
    tests(
      "AgentStoreTests",
      ["AgentStore", "AgentCore", "CPageSeals", "CSQLite", "LinuxSystem", "One4AllProtocol", "TestSupport"]),
    tests("ServiceManagerTests", ["ServiceManager", "AgentCore", "CSystemd", "LinuxSystem", "TestSupport"]),
    tests("ConfigurationTests", ["Configuration", "AgentCore", "LinuxSystem", "TestSupport"]),
    tests("ControlSocketTests", ["ControlSocket", "JSONDocument", "LinuxSystem", "TestSupport"]),
    tests(
      "RehearsalTests",
      [
        "Rehearsal", "RehearsalTool", "HTTPServer", "JSONDocument", "JSONText", "LinuxSystem",
        "One4AllProtocol",
        "TestSupport",
      ]),
    tests(
      "TechnicianToolTests",
      [
        "TechnicianTool", "AgentCore", "ControlSocket", "JSONDocument", "JSONText", "LinuxSystem",
        "One4AllProtocol", "ProgramArguments", "ReaderLine", "TestSupport", "ZoneDatabase",
      ], excluding: ["Golden"]),
    tests("BenchmarkToolTests", ["LinuxSystem", "TestSupport"]),
    tests(
      "EndToEndTests",
      ["CLinux", "ControlSocket", "CSQLite", "JSONDocument", "JSONText", "LinuxSystem", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
