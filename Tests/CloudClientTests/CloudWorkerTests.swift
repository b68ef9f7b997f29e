import AgentCore
import CloudClient
import JSONDocument
import TestSupport
import Testing

@Suite("Requests to the cloud")
struct CloudWorkerTests {
  @Test("go over one connection, in order, with the headers that the cloud wants")
  func keepAlive() throws {
    let server = try ScriptedServer { request, _ in
      ScriptedServer.answer("200 OK", body: #"{"line": "\#(request.line)"}"#)
    }
    let client = try TestedWorker(server.url)
    let body: JSONValue = ["serial_number": "O4A-00150", "alias": "Zürich"]
    for (index, method) in [CloudMethod.post, .patch, .put].enumerated() {
      let path = "/devices/\(index)"
      client.worker.send(
        CloudRequest(ticket: CloudTicket(.device, UInt64(index)), method: method, path: path, body: body))
    }
    client.worker.send(CloudRequest(ticket: CloudTicket(.device, 3), method: .get, path: "/devices/3"))
    client.worker.send(CloudRequest(ticket: CloudTicket(.device, 4), method: .delete, path: "/devices/4"))
    let outcomes = try client.outcomes(5)
    #expect(outcomes.map(\.ticket.number) == [0, 1, 2, 3, 4])
    #expect(server.connectionCount == 1)
    #expect(
      server.requests.map(\.line) == [
        "POST /v0/devices/0 HTTP/1.1", "PATCH /v0/devices/1 HTTP/1.1", "PUT /v0/devices/2 HTTP/1.1",
        "GET /v0/devices/3 HTTP/1.1", "DELETE /v0/devices/4 HTTP/1.1",
      ])
    for request in server.requests {
      #expect(request.headers["api_key"] == TestedWorker.key)
      #expect(request.headers["accept"] == "application/json")
      #expect(request.headers["user-agent"] == "one4all-agent/test")
      #expect(request.headers["expect"] == nil)
    }
    for request in server.requests[..<3] {
      #expect(request.body == #"{"serial_number":"O4A-00150","alias":"Zürich"}"#)
      #expect(request.headers["content-type"] == "application/json")
    }
    for request in server.requests[3...] {
      #expect(request.body.isEmpty)
      #expect(request.headers["content-type"] == nil)
    }
    #expect(try outcomes[3].result.get().body == .json(["line": "GET /v0/devices/3 HTTP/1.1"]))
  }

  @Test("carry a large body without waiting for a go-ahead")
  func largeBody() throws {
    let server = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK") }
    let client = try TestedWorker(server.url)
    let text = String(repeating: "x", count: 200_000)
    #expect(try client.answer(.post, "/passings", body: ["text": .string(text)]).status == 200)
    #expect(server.requests.first?.body.utf8.count == text.utf8.count + 11)
    #expect(server.requests.first?.headers["expect"] == nil)
  }

  @Test("without a body say that they have none")
  func emptyPost() throws {
    let server = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK") }
    let client = try TestedWorker(server.url)
    #expect(try client.answer(.patch, "/sessions/close/t").status == 200)
    #expect(server.requests.first?.headers["content-length"] == "0")
  }

  @Test("use new settings from the request after them on, over a new connection")
  func reconfigured() throws {
    let first = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK", body: "1") }
    let second = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK", body: "2") }
    let client = try TestedWorker(first.url)
    #expect(try client.answer().body == .json(1))
    client.worker.configure(
      CloudAccess(url: second.url, authHeader: "x-api-key", key: Secret("other-key"), userAgent: "test"))
    #expect(try client.answer().body == .json(2))
    #expect(second.requests.first?.headers["x-api-key"] == "other-key")
    #expect(second.requests.first?.headers["api_key"] == nil)
  }

  @Test("called off end as cancelled, and the next one works")
  func cancelled() throws {
    let server = try ScriptedServer { _, index in
      index == 0 ? .silence : ScriptedServer.answer("200 OK")
    }
    let client = try TestedWorker(server.url)
    let tickets = [CloudTicket(.device, 1), CloudTicket(.passings, 1), CloudTicket(.device, 2)]
    for ticket in tickets {
      client.worker.send(CloudRequest(ticket: ticket, method: .get, path: "/devices/ab"))
    }
    #expect(eventually { server.requests.count == 1 })
    // Only what is named, under way or waiting; the other owner's goes on.
    client.worker.cancel(tickets[2])
    client.worker.cancel(tickets[0])
    let outcomes = try client.outcomes(3)
    #expect(outcomes.map(\.ticket) == [tickets[2], tickets[0], tickets[1]])
    #expect(outcomes[0].result == .failure(.cancelled) && outcomes[1].result == .failure(.cancelled))
    #expect(try outcomes[2].result.get().status == 200)
    #expect(try client.answer().status == 200)
    #expect(server.requests.count == 3)
  }

  @Test("are called off at once when the worker stops, while it waits for an answer")
  func stopsWhileWaiting() throws {
    let server = try ScriptedServer { _, _ in .silence }
    let client = try TestedWorker(server.url)
    client.worker.send(CloudRequest(ticket: CloudTicket(.device, 1), method: .get, path: "/devices/ab"))
    client.worker.send(CloudRequest(ticket: CloudTicket(.device, 2), method: .get, path: "/devices/ab"))
    #expect(eventually { server.requests.count == 1 })
    let deadline = Deadline(seconds: 10)
    client.worker.stop()
    #expect(!deadline.isOver)
    let outcomes = try client.outcomes(2)
    #expect(outcomes.map(\.ticket.number) == [1, 2])
    #expect(outcomes.allSatisfy { $0.result == .failure(.cancelled) })
  }

  @Test(
    "are called off at once when the worker stops, while the server does not answer the handshake")
  func stopsInHandshake() throws {
    let server = try ScriptedServer { _, _ in .silence }
    let client = try TestedWorker("https://127.0.0.1:\(server.port)")
    client.worker.send(CloudRequest(ticket: CloudTicket(.device, 1), method: .get, path: "/devices/ab"))
    #expect(eventually { server.connectionCount == 1 })
    let deadline = Deadline(seconds: 10)
    client.worker.stop()
    #expect(!deadline.isOver)
    #expect(try client.outcomes(1).first?.result == .failure(.cancelled))
  }

  @Test("end with their worker's thread when the worker is let go of")
  func letGo() throws {
    #expect(try Held.isLetGo { held in try CloudWorker { _ in _ = held } })
  }

  @Test("can be stopped while nothing is under way, with a connection open")
  func stopsWhileIdle() throws {
    let server = try ScriptedServer { _, _ in ScriptedServer.answer("200 OK") }
    let client = try TestedWorker(server.url)
    #expect(try client.answer().status == 200)
    let deadline = Deadline(seconds: 10)
    client.worker.stop()
    #expect(!deadline.isOver)
  }

  @Test("need settings first")
  func unconfigured() throws {
    let client = try TestedWorker()
    #expect(try client.failure() == .misconfigured(detail: "no cloud is set"))
  }
}
