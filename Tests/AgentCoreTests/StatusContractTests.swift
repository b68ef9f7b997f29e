import AgentCore
import JSONDocument
import Testing

@Suite("The status document and its catalogue")
struct StatusContractTests {
  /// Every member that a document has, with its value: `reader.port`, `conditions[].since`.
  private func members(of document: JSONValue) -> [(path: String, value: JSONValue)] {
    guard case .object(let object) = document else { return [] }
    return object.members.flatMap { member -> [(path: String, value: JSONValue)] in
      let inner = members(of: member.value).map { ("\(member.name).\($0.path)", $0.value) }
      let elements = (member.value.array ?? []).flatMap(members).map {
        ("\(member.name)[].\($0.path)", $0.value)
      }
      return [(member.name, member.value)] + inner + elements
    }
  }

  private func isRight(_ value: JSONValue, for member: StatusCatalogue.Member) -> Bool {
    if value.isNull { return member.isNullable }
    return switch member.kind {
    case .text: value.string != nil
    case .time: value.string.flatMap(WallTime.init(iso8601:))?.iso8601 == value.string
    case .integer: value.integer != nil
    case .number: value.number != nil
    case .flag: value.bool != nil
    case .integers: value.array?.allSatisfy { $0.integer != nil } == true
    case .object: value.object != nil
    case .objects: value.array?.allSatisfy { $0.object != nil } == true
    }
  }

  /// Holds a document against the catalogue; gives the paths that it has.
  private func check(_ world: World, _ moment: Comment) -> Set<String> {
    let members = members(of: world.status)
    for (path, value) in members {
      guard let member = StatusCatalogue.members.first(where: { $0.path == path }) else {
        Issue.record("\(path) is not in the catalogue")
        continue
      }
      #expect(isRight(value, for: member), "\(moment): \(path) is \(value)")
    }
    return Set(members.map(\.path))
  }

  private func paths(whereArraysAreEmpty: Bool) -> Set<String> {
    Set(StatusCatalogue.members.map(\.path).filter { !whereArraysAreEmpty || !$0.contains("[]") })
  }

  @Test(
    "An agent that has just started says every member that is no element of an array, in the order listed")
  func initial() {
    let world = World()
    #expect(check(world, "just started") == paths(whereArraysAreEmpty: true))
    let order = members(of: world.status).map(\.path)
    #expect(order == StatusCatalogue.members.map(\.path).filter { !$0.contains("[]") })
  }

  @Test("Whatever happens, the document has every member, each of its kind")
  func always() {
    let world = World.settled()
    #expect(check(world, "settled").isSubset(of: paths(whereArraysAreEmpty: false)))
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 40)
    #expect(check(world, "the device is unbound").isSuperset(of: paths(whereArraysAreEmpty: true)))
    world.pull()
    world.pass(seconds: 20)
    let everything = check(world, "the cable is pulled")
    #expect(everything == paths(whereArraysAreEmpty: false))
    world.isKernelSynchronised = false
    world.cloudLatency = nil
    world.hostOffset = -3_600_000
    world.pass(seconds: 120)
    #expect(check(world, "no clock and no cloud").isSuperset(of: paths(whereArraysAreEmpty: true)))
    world.plug = .busy
    world.pass(seconds: 120)
    #expect(check(world, "the port is busy").isSuperset(of: paths(whereArraysAreEmpty: true)))
  }

  @Test("No member is listed twice, and each has a meaning that fits a table")
  func catalogue() {
    let paths = StatusCatalogue.members.map(\.path)
    #expect(Set(paths).count == paths.count)
    for member in StatusCatalogue.members {
      #expect(!member.meaning.isEmpty && !member.meaning.contains("|") && !member.meaning.contains("\n"))
    }
  }
}
