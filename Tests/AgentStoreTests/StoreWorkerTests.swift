import AgentCore
import CSQLite
import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import AgentStore

@Suite("The store")
struct StoreWorkerTests {
  private let folder = TemporaryFolder()

  @Test("keeps bindings over a restart, each cloud's by itself")
  func keeps() throws {
    let elsewhere = binding(1, deviceid: "other", cloud: "https://other.example")
    do {
      let store = try TestedStore(folder.path)
      #expect(try store.worker.bindings(cloud: cloud).isEmpty)
      #expect(try store.report(.keep(binding(2, lastSeen: 5))) == .kept(binding(2, lastSeen: 5)))
      #expect(try store.report(.keep(binding(1))) == .kept(binding(1)))
      #expect(try store.report(.keep(elsewhere)) == .kept(elsewhere))
    }
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside == nil)
    #expect(try store.worker.bindings(cloud: cloud) == [binding(1), binding(2, lastSeen: 5)])
    #expect(try store.worker.bindings(cloud: "https://other.example") == [elsewhere])
    #expect(try store.worker.bindings(cloud: "https://third.example").isEmpty)
  }

  @Test("replaces a binding and forgets it when told to")
  func replacesAndForgets() throws {
    let store = try TestedStore(folder.path)
    _ = try store.report(.keep(binding(1, lastSeen: 5)))
    _ = try store.report(.keep(binding(1, deviceid: "new")))
    #expect(try store.worker.bindings(cloud: cloud) == [binding(1, deviceid: "new")])
    let forget = StoreRequest.forget(cloud: cloud, serialNumber: "O4A-00001")
    #expect(try store.report(forget) == .forgotten(cloud: cloud, serialNumber: "O4A-00001"))
    #expect(try store.worker.bindings(cloud: cloud).isEmpty)
  }

  @Test("keeps the last_seen that it is told, also one that corrects a later one")
  func lastSeen() throws {
    let store = try TestedStore(folder.path)
    _ = try store.report(.keep(binding(1)))
    for (time, expected) in [(Int64(7), Int64(7)), (9, 9), (8, 8)] {
      let moment = WallTime(milliseconds: time)
      let report = try store.report(.noteLastSeen(cloud: cloud, serialNumber: "O4A-00001", moment))
      #expect(report == .noted(cloud: cloud, serialNumber: "O4A-00001", moment))
      #expect(try store.worker.bindings(cloud: cloud) == [binding(1, lastSeen: expected)])
    }
  }

  @Test("keeps any text as it is")
  func anyText() throws {
    let odd = DeviceBinding(
      cloud: "", serialNumber: "'; DROP TABLE device_binding; --", deviceid: "a\u{0}é\n",
      boundAt: WallTime(milliseconds: -1))
    let store = try TestedStore(folder.path)
    #expect(try store.report(.keep(odd)) == .kept(odd))
    #expect(try store.worker.bindings(cloud: "") == [odd])
  }

  @Test("has on disk what it has reported as kept, whatever becomes of the process")
  func durable() throws {
    let store = try TestedStore(folder.path)
    for number in 1...3 { _ = try store.report(.keep(binding(number))) }
    // The files as a power cut would leave them.
    let crashed = TemporaryFolder()
    try copyStore(from: folder, to: crashed)
    let after = try TestedStore(crashed.path)
    #expect(after.worker.setAside == nil)
    #expect(try after.worker.bindings(cloud: cloud) == [binding(1), binding(2), binding(3)])
  }

  @Test("does all that was sent before it is stopped, in order")
  func stops() throws {
    let all = (1...2000).map { binding($0) }
    let store = try TestedStore(folder.path)
    for binding in all { store.worker.send(.keep(binding)) }
    store.worker.stop()
    #expect(try store.reports(2000) == all.map { .kept($0) })
    #expect(throws: StoreError.closed(path: store.worker.path)) {
      try store.worker.bindings(cloud: cloud)
    }
    #expect(!Files.exists(store.worker.path + "-wal"))
    let after = try TestedStore(folder.path)
    #expect(try after.worker.bindings(cloud: cloud) == all)
  }

  @Test("does so too when it is let go of, and its thread has ended then")
  func letGo() throws {
    #expect(
      try Held.isLetGo { held in
        try StoreWorker(directory: folder.path) { _ in _ = held }
      } after: { worker in
        worker.send(.keep(binding(1)))
      })
    let after = try TestedStore(folder.path)
    #expect(try after.worker.bindings(cloud: cloud) == [binding(1)])
  }

  @Test("makes its folder, closed to others")
  func makesFolder() throws {
    let path = folder.file("state/one4all")
    _ = try TestedStore(path)
    #expect(try Files.status(path)?.permissions == 0o750)
  }

  @Test("says so when it cannot write, and goes on once it can")
  func recovers() throws {
    let store = try TestedStore(folder.path, busyTimeout: 0)
    let other = try Connection(store.worker.path, busyTimeout: 0)
    try other.run("BEGIN IMMEDIATE", for: "test")
    guard case .failed(let request, let failure) = try store.report(.keep(binding(1))) else {
      Issue.record("it was not reported as failed")
      return
    }
    #expect(request == .keep(binding(1)))
    #expect(failure.operation == "begin")
    #expect(failure.number == SQLITE_BUSY)
    try other.run("ROLLBACK", for: "test")
    #expect(try store.report(.keep(binding(1))) == .kept(binding(1)))
  }

  @Test("loses nothing that it had when the disk is full, and says what failed")
  func diskFull() async throws {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      let store = try TestedStore(folder.path)
      _ = try store.report(.keep(binding(1)))
      // No file may grow beyond 256 KiB: to SQLite that is a disk without room.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 256 << 10, rlim_max: 256 << 10)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let large = binding(2, deviceid: String(repeating: "x", count: 512 << 10))
      let report = try store.report(.keep(large))
      guard case .failed(_, let failure) = report else {
        Issue.record("it was not reported as failed")
        return
      }
      #expect([SQLITE_FULL, SQLITE_IOERR].contains(failure.number & 0xFF), "\(failure)")
      #expect(try store.worker.bindings(cloud: cloud) == [binding(1)])
      #expect(try store.report(.keep(binding(3))) == .kept(binding(3)))
    }
  }
}

/// Copies database and log as they are at this moment.
func copyStore(from source: TemporaryFolder, to target: TemporaryFolder) throws {
  for name in [AgentDatabase.fileName, AgentDatabase.fileName + "-wal"] where Files.exists(source.file(name))
  {
    try Files.replace(target.file(name), with: Files.read(source.file(name), limit: 1 << 26))
  }
}
