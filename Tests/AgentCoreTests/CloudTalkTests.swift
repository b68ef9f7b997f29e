import JSONDocument
import Testing

@testable import AgentCore

@Suite("Classes of answers")
struct AnswerClassTests {
  private func answer(_ status: Int, _ body: CloudAnswer.Body = .json(.null)) -> CloudAnswer {
    CloudAnswer(status: status, body: body, hostTime: WallTime(milliseconds: 0))
  }

  @Test("A success without JSON is none; an empty one is")
  func success() {
    #expect(answer(200).kind == .success && answer(204, .empty).kind == .success)
    #expect(answer(299, .other("<html>")).kind == .noJSON && answer(404, .other("<html>")).kind == .notFound)
  }

  @Test("Every status has one class, and refusals and troubles are of different ones, but for 408 and 429")
  func statuses() {
    for status in 0..<1000 {
      let answer = answer(status)
      #expect(answer.kind.isRefusal == (400...499).contains(status))
      #expect(answer.kind.isDenial == (status < 200 || status >= 400 && status != 429))
      #expect(answer.kind.isTimeout == [408, 502, 504].contains(status))
      let isTrouble =
        (300...399).contains(status) || (500...599).contains(status) || [408, 429].contains(status)
      #expect((answer.trouble != nil) == isTrouble)
      let outcome: Result<CloudAnswer, CloudFailure> = .success(answer)
      #expect(outcome.mayHaveBeenTaken == (!(400...499).contains(status) || status == 408))
    }
    #expect(AnswerClass(status: nil) == .unanswered)
  }
}

@Suite("Pages of passings")
struct PageAnswerTests {
  private func page(_ status: Int, _ body: CloudAnswer.Body, _ list: CloudAbsence.List) -> String {
    let answer = CloudAnswer(status: status, body: body, hostTime: WallTime(milliseconds: 0))
    return switch PageAnswer(answer, of: list) {
    case .page(let page): "\(page.entries.map(\.number))"
    case .keyRefused: "key"
    case .absent(let words): "absent: \(words)"
    case .wrong(let words): "wrong: \(words)"
    }
  }

  @Test("What a request for one comes to is said in one place")
  func answers() {
    let entry: JSONValue = ["num_passing": 7]
    #expect(page(200, .json(["result": .array([entry])]), .passings) == "[7]")
    #expect(page(200, .json(.null), .passings).hasPrefix("wrong: the cloud's answer is no list of passings"))
    #expect(page(404, .other("Passings not found"), .passings) == "[]")
    #expect(page(404, .other("Session not found"), .devicePassings) == "[]")
    #expect(
      page(404, .other("Session not found"), .passings).hasPrefix(
        "absent: the cloud refuses to show passings"))
    #expect(
      page(410, .empty, .devicePassings).hasPrefix("absent: the cloud refuses to show the device's passings"))
    #expect(page(401, .empty, .passings) == "key" && page(403, .empty, .passings) == "key")
    #expect(page(400, .empty, .passings) == "wrong: the cloud refuses to show passings (HTTP 400)")
  }
}

@Suite("The talk with the cloud")
struct CloudTalkTests {
  private let start = MonotonicTime(nanoseconds: 0)

  private func talk() -> CloudTalk<Int> {
    CloudTalk(.device, retryAfterLimit: .seconds(30), random: RandomSource(seed: 1), at: start)
  }

  private func outcome(_ request: CloudRequest) -> CloudOutcome {
    CloudOutcome(ticket: request.ticket, result: .failure(.cancelled))
  }

  @Test("An outcome is taken once, and only of the request under way")
  func tickets() {
    var talk = talk()
    let first = talk.ask(1, CloudDraft(method: .get, path: "/a"), at: start)
    #expect(talk.callOff() == first.ticket && talk.callOff() == nil)
    let second = talk.ask(2, CloudDraft(method: .get, path: "/b"), at: start + .seconds(1))
    #expect(first.ticket != second.ticket && talk.take(outcome(first)) == nil)
    talk.turn(to: 3)
    let question = talk.take(outcome(second))
    #expect(question?.purpose == 3 && question?.since == start + .seconds(1))
    #expect(talk.underWay == nil && talk.take(outcome(second)) == nil)
  }

  @Test("What fails aside holds up nothing else, and is wrong until it is right again")
  func aside() {
    var talk = talk()
    _ = talk.nextWait(isAside: true)
    talk.failed("aside", wait: nil, at: start)
    #expect(talk.notBefore == start && talk.lastError == "aside")
    #expect(!talk.answered() && talk.lastError == "aside")
    #expect(talk.answered(isAside: true) && talk.lastError == nil)
  }

  @Test("It has failed since the first failure after the last answer")
  func failing() {
    var talk = talk()
    talk.failed("first", wait: talk.nextWait(), at: start)
    talk.failed("second", wait: talk.nextWait(), at: start + .seconds(9))
    #expect(talk.failing(at: start + .seconds(10)) == .seconds(10) && talk.lastError == "second")
    #expect(talk.answered() && talk.failing(at: start + .seconds(11)) == .zero)
  }

  @Test("A refused key holds everything until it is accepted, or settings change")
  func key() {
    var talk = talk()
    talk.keyRefused("refused", leaving: .seconds(100), at: start)
    #expect(talk.isKeyRefused && talk.lastError == "refused")
    #expect((90...110).contains((talk.notBefore - start).inSeconds))
    #expect(talk.keyAccepted() && !talk.keyAccepted())
    talk.keyRefused("refused", leaving: .seconds(100), at: start)
    talk.startAnew(retryAfterLimit: .seconds(5), at: start)
    #expect(!talk.isKeyRefused && talk.lastError == nil && talk.notBefore == start)
    #expect(talk.wait(asked: .seconds(60)) <= .seconds(5))
  }
}
