import Testing

@testable import AgentCore

@Suite("What is wrong is told once, counted, and its end told once")
struct ProblemTests {
  private func time(_ seconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: seconds * 1_000_000_000)
  }

  @Test("Told once, counted, and told to be over with how long and how often")
  func story() throws {
    var telling = Problems().lend(.reader)
    for second in 0..<5 as Range<Int64> {
      telling.raise(.readerSilent, "nothing heard", [.port: "/dev/x"], at: time(second))
    }
    #expect(telling.entries == [LogEntry(.readerSilent, "nothing heard", [.port: "/dev/x"])])
    #expect(telling.problems.first?.repetitions == 4)
    let recovery = LogEntry(.readerConnected, "it speaks")
    telling.clear(.readerSilent, telling: recovery, at: time(65))
    #expect(telling.entries.count == 2)
    #expect(telling.entries.last?.message == "it speaks (after 1 min 5 s, found 5 times)")
    #expect(telling.entries.last?.fields[.repetitions] == "4")
    telling.clear(.readerSilent, telling: recovery, at: time(66))
    #expect(telling.entries.count == 2)
    #expect(telling.problems.isEmpty)
  }

  @Test("Another message is news, of the same beginning")
  func newMessage() {
    var telling = Problems().lend(.reader)
    telling.raise(.readerAbsent, "no port", at: time(1))
    telling.raise(.readerAbsent, "no port; there is another", at: time(9))
    #expect(telling.entries.count == 2)
    #expect(telling.problems.map(\.since) == [time(1)])
  }

  @Test("One event can be wrong of several things")
  func subjects() {
    var telling = Problems().lend(.reader)
    telling.raise(.deviceDiffers, of: "model", "model differs", at: time(1))
    telling.raise(.deviceDiffers, of: "firmware", "firmware differs", at: time(2))
    telling.clear(.deviceDiffers, of: "model", at: time(3))
    #expect(!telling.isActive(.deviceDiffers, of: "model"))
    #expect(telling.isActive(.deviceDiffers, of: "firmware"))
    #expect(telling.entries.count == 2)
    telling.drop(.deviceDiffers)
    #expect(telling.problems.isEmpty)
  }

  @Test("A part raises and ends its own problems, and no other's of the same event")
  func parts() {
    var problems = Problems()
    var reader = problems.lend(.reader)
    var capture = problems.lend(.capture)
    reader.raise(.readerRefused, of: "PING", "no reply", at: time(2))
    capture.raise(.readerRefused, of: "START", "no file", at: time(1))
    problems.settle(capture)
    var actions: [AgentAction] = []
    problems.settle(reader, &actions)
    #expect(actions == [.log(LogEntry(.readerRefused, "no reply"))])
    #expect(problems.isActive(.readerRefused, of: "PING", by: .reader))
    #expect(!problems.isActive(.readerRefused, of: "PING", by: .capture))
    reader = problems.lend(.reader)
    reader.drop(.readerRefused)
    // What a part does is true once it is settled.
    #expect(problems.of(.reader).count == 1)
    problems.settle(reader)
    #expect(problems.of(.reader).isEmpty)
    #expect(problems.of(.capture).map(\.subject) == ["START"])
  }

  @Test("What follows from another problem is not shown beside it, and comes back when that ends")
  func follows() {
    var problems = Problems()
    func forward(_ change: (inout Telling) -> Void) {
      var log = problems.lend(.forwarding)
      change(&log)
      problems.settle(log)
    }
    forward { $0.raise(.backlog, "1 passing waits", at: time(30)) }
    #expect(problems.shown(.forwarding).map(\.event) == [.backlog])
    forward { $0.raise(.backlogOld, "1 passing waits", at: time(60)) }
    #expect(problems.shown(.forwarding).map(\.event) == [.backlogOld])
    forward { $0.drop(.backlogOld) }
    #expect(problems.shown(.forwarding).map(\.event) == [.backlog])
  }

  @Test("What two parts know of is shown once: as the one that judges has it, in the words of the other")
  func judges() throws {
    var problems = Problems()
    var capture = problems.lend(.capture)
    capture.raise(.passingsLost, of: "file", "1 passing lost: 5", at: time(1))
    problems.settle(capture)
    #expect(problems.shown(.capture).isEmpty && problems.shown(.accounts).isEmpty)
    var accounts = problems.lend(.accounts)
    accounts.raise(.passingsLost, of: "file", "1 passing lost", at: time(2))
    accounts.raise(.passingsRejected, of: "file", "1 passing refused", at: time(2))
    problems.settle(accounts)
    let shown = problems.shown(.accounts)
    #expect(shown.map(\.since) == [time(2), time(2)])
    #expect(shown.map(problems.words) == ["1 passing lost: 5", "1 passing refused"])
    problems.settle(Problems().lend(.capture))
    #expect(problems.words(try #require(shown.first)) == "1 passing lost")
  }

  @Test(
    "Spans for people",
    arguments: [
      (Duration.milliseconds(450), "450 ms"), (.seconds(12), "12 s"), (.seconds(180), "3 min"),
      (.seconds(185), "3 min 5 s"), (.seconds(7800), "2 h 10 min"), (.zero, "0 ms"),
    ])
  func spans(span: Duration, words: String) {
    #expect(humanSpan(span) == words)
  }
}

@Suite("Waits that grow")
struct BackoffTests {
  @Test(
    "Doubled each time and capped, cut by up to a half at random", arguments: 1...5 as ClosedRange<UInt64>)
  func bounds(seed: UInt64) {
    var random = RandomSource(seed: seed)
    var backoff = Backoff(first: .seconds(1), cap: .seconds(60))
    for attempt in 0..<100 {
      let full = min(60, 1 << min(attempt, 10))
      let wait = backoff.next(&random).inSeconds
      #expect(wait >= Double(full) / 2 && wait <= Double(full))
    }
    #expect(backoff.failures == 100)
    backoff.reset()
    #expect(backoff.next(&random) <= .seconds(1))
  }

  @Test("Two boxes with other seeds do not wait alike")
  func jitter() {
    let waits = (1...20 as ClosedRange<UInt64>).map { seed in
      var random = RandomSource(seed: seed)
      var backoff = Backoff(first: .seconds(60), cap: .seconds(60))
      return backoff.next(&random)
    }
    #expect(Set(waits).count == 20)
  }

  @Test("A span spread by a tenth stays within it")
  func spread() {
    var random = RandomSource(seed: 3)
    let spans = (0..<1000).map { _ in random.spread(.seconds(30), by: 0.1).inSeconds }
    #expect(spans.allSatisfy { (27...33).contains($0) })
    #expect((spans.min() ?? 30) < 27.5)
    #expect((spans.max() ?? 30) > 32.5)
  }
}
