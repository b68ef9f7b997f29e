import Glibc
import LinuxSystem
import Testing

@Suite("Mailboxes, wake-ups, threads and clocks", .timeLimit(.minutes(20)))
struct MailboxTests {
  private func isReadable(_ descriptor: Int32) throws -> Bool {
    try Poll.wait(for: descriptor, .read, milliseconds: 0).contains(.read)
  }

  @Test("A mailbox keeps the order and is readable while something waits")
  func order() throws {
    let box = try Mailbox<Int>(limit: 24)
    #expect(try !isReadable(box.descriptor))
    #expect(box.post(1) && box.post(2))
    #expect(try isReadable(box.descriptor))
    #expect(box.takeAll() == [1, 2])
    #expect(try !isReadable(box.descriptor))
    #expect(box.takeAll() == [])
  }

  @Test("A mailbox that is full by bytes refuses, and takes again when emptied")
  func full() throws {
    let text = MemoryLayout<String>.stride
    let box = try Mailbox<String>(limit: 2 * text + 10) { $0.utf8.count }
    #expect(["12345", "67890", "", "x"].map { box.post($0) } == [true, true, false, false])
    var (messages, hasHeldBack) = box.empty()
    #expect(messages == ["12345", "67890"] && hasHeldBack)
    #expect(box.post("y"))
    (messages, hasHeldBack) = box.empty()
    #expect(messages == ["y"] && !hasHeldBack)
    // What alone is larger than the box is not kept out for ever.
    #expect(box.post(String(repeating: "z", count: 1000)))
  }

  @Test("What cannot be refused is taken, and its sender told to make no more")
  func delivering() throws {
    let box = try Mailbox<Int>(limit: 16)
    #expect([1, 2, 3].map { box.deliver($0) } == [true, false, false])
    let (messages, hasHeldBack) = box.empty()
    #expect(messages == [1, 2, 3] && hasHeldBack)
    #expect(box.deliver(4))
    box.wake()
    #expect(try isReadable(box.descriptor))
  }

  @Test("Messages of several threads all arrive, each thread's in order")
  func threads() throws {
    let box = try Mailbox<Int>(limit: 1 << 20)
    let threads = try (0..<4).map { thread in
      try WorkerThread(name: "poster \(thread)") {
        for number in 0..<1000 { box.post(thread * 1000 + number) }
      }
    }
    var received: [Int] = []
    while received.count < 4000 {
      let readiness = try Poll.wait(for: box.descriptor, .read, milliseconds: 10_000)
      try #require(readiness.contains(.read))
      received += box.takeAll()
    }
    for thread in threads { thread.join() }
    for thread in 0..<4 {
      #expect(received.filter { $0 / 1000 == thread } == Array(thread * 1000..<(thread + 1) * 1000))
    }
  }

  @Test("Many calls of a wake-up count as one")
  func wakeUp() throws {
    let wakeUp = try WakeUp()
    wakeUp.clear()
    for _ in 0..<3 { wakeUp.call() }
    #expect(try isReadable(wakeUp.descriptor))
    wakeUp.clear()
    #expect(try !isReadable(wakeUp.descriptor))
  }

  @Test("A thread has its name, all signals blocked, and is waited for")
  func thread() throws {
    let box = try Mailbox<String>(limit: 16)
    let thread = try WorkerThread(name: "a name that is too long") {
      let name = (try? Files.read("/proc/thread-self/comm")) ?? []
      var blocked = sigset_t()
      pthread_sigmask(SIG_BLOCK, nil, &blocked)
      let mask = [SIGTERM, SIGINT, SIGHUP, SIGUSR1].map { sigismember(&blocked, $0) }
      box.post("\(String(decoding: name.dropLast(), as: UTF8.self)) \(mask)")
    }
    thread.join()
    thread.join()
    #expect(box.takeAll() == ["a name that is  [1, 1, 1, 1]"])
  }

  @Test("The monotonic clock does not go back, and the wall clock is of this century")
  func clocks() {
    let first = SystemClock.monotonicNanoseconds
    #expect(SystemClock.monotonicNanoseconds >= first && first > 0)
    #expect(SystemClock.wallMilliseconds > 1_500_000_000_000)
  }

  @Test("A wait tells which descriptors are ready and which are not open")
  func poll() throws {
    let ready = try WakeUp()
    let idle = try WakeUp()
    ready.call()
    var poll = Poll()
    let places = [poll.add(idle.descriptor, .read), poll.add(ready.descriptor, .read), poll.add(9999, .read)]
    #expect(try poll.wait(milliseconds: 5000))
    #expect(poll.readiness(at: places[0]) == [])
    #expect(poll.readiness(at: places[1]) == .read)
    #expect(!poll.readiness(at: places[2]).isDisjoint(with: .failure))
    poll.removeAll()
    poll.add(idle.descriptor, .read)
    #expect(try !poll.wait(milliseconds: 0))
  }
}
