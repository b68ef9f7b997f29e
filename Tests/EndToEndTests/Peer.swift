import CLinux
import Glibc
import LinuxSystem
import Synchronization
import TestSupport

/// What stands at the other end of the network in place of a reader: it may answer what it is asked, and says what a test
/// wants as fast as the daemon takes it.
final class Peer: Sendable {
  /// What it says without being asked, and whether it knows how to answer.
  struct Speech: Sendable {
    var answers = true
    /// Written again and again while it is switched on; the number is that of the piece, from 0.
    var piece: @Sendable (Int) -> [UInt8]
  }

  static let serialNumber = "O4A5-00051"
  /// Named after the moment at which the test began, as its clock shows.
  static let file =
    "\(moment(ahead: -5).filter { $0 != "-" && $0 != ":" && $0 != ";" }.prefix(8))-"
    + "\(moment(ahead: -5).suffix(8).filter { $0 != ":" }).csv"

  private let listener: Descriptor
  private let thread: WorkerThread
  private let state: State

  private final class State: Sendable {
    let isOver = Atomic(false)
    let isSpeaking = Atomic(false)
    let sent = Atomic(0)
    let asked = Mutex<[String]>([])
  }

  let port: UInt16

  init(_ speech: Speech) throws {
    listener = try Sockets.listen(loopbackPort: 0)
    port = try Sockets.port(of: listener)
    let state = State()
    self.state = state
    let number = listener.number
    thread = try WorkerThread(name: "peer") { Peer.run(number, speech, state) }
  }

  deinit { stop() }

  /// Ends it; the connection is closed.
  func stop() {
    state.isOver.store(true, ordering: .releasing)
    thread.join()
  }

  /// It begins to say what it has to say.
  func speak() { state.isSpeaking.store(true, ordering: .releasing) }

  /// Whether it has not said all yet.
  var isSpeaking: Bool { state.isSpeaking.load(ordering: .acquiring) }

  /// Bytes that the daemon's kernel has taken.
  var sent: Int { state.sent.load(ordering: .acquiring) }

  /// The commands that it was asked.
  var asked: [String] { state.asked.withLock { $0 } }

  private static func run(_ listener: Int32, _ speech: Speech, _ state: State) {
    while !state.isOver.load(ordering: .acquiring) {
      guard (try? Poll.wait(for: listener, .read, milliseconds: 50))?.contains(.read) == true else {
        continue
      }
      let accepted = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue))
      if accepted >= 0 { serve(Descriptor(owning: accepted), speech, state) }
    }
  }

  private static func serve(_ connection: consuming Descriptor, _ speech: Speech, _ state: State) {
    var heard: [UInt8] = []
    var output: [UInt8] = []
    var pieces = 0
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { chunk.deallocate() }
    while !state.isOver.load(ordering: .acquiring) {
      let isSpeaking = state.isSpeaking.load(ordering: .acquiring)
      var poll = Poll()
      poll.add(connection.number, output.isEmpty && !isSpeaking ? .read : [.read, .write])
      _ = try? poll.wait(milliseconds: 50)
      let ready = poll.readiness(at: 0)
      if ready.contains(.read) {
        switch try? connection.read(into: chunk) {
        case .bytes(let count): heard += chunk[..<count]
        case .wouldBlock: break
        case .end, nil: return
        }
      }
      while let end = heard.firstIndex(of: 0x0A) {
        let command = String(decoding: heard[..<end].filter { $0 != 0x0D }, as: UTF8.self)
        heard.removeFirst(end + 1)
        state.asked.withLock { $0.append(command) }
        if speech.answers, let answer = answer(to: command) { output += Array(answer.utf8) }
      }
      guard ready.contains(.write) else { continue }
      if output.isEmpty, isSpeaking {
        output = speech.piece(pieces)
        pieces += 1
        if output.isEmpty { state.isSpeaking.store(false, ordering: .releasing) }
      }
      let written = output.withUnsafeBytes {
        send(connection.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if written > 0 {
        output.removeFirst(written)
        state.sent.add(written, ordering: .relaxed)
      } else if written < 0, errno != EAGAIN {
        return
      }
    }
  }

  /// A reader that reads into a file of which its memory tells nothing.
  private static func answer(to command: String) -> String? {
    switch command.split(separator: ";").first {
    case "PING": "PING;PONG\r\n"
    case "GETPROTOCOL": "GETPROTOCOL;3.0;1.0;3.0\r\n"
    case "GETSTATUS":
      "GETSTATUS;3;192.168.1.13;\(serialNumber);One4All 5;1234678;Macsha Mexico;MC;46.2;True;\(file);0;True;100;26.5;"
        + "True;False;False;True;UTC;False;never;960122610340BFDD;Motorola;OK;fcc;5;3;False;1.1.3.0;"
        + "False;False;False;False;False;False;3;3.0;15336649CD289D56E1B2;False;;0;False\r\n"
    case "PUSHTAGS": command + "\r\n"
    case "GETTIME": "GETTIME;\(moment())\r\n"
    case "LISTFILES": "LISTFILES;\(file);\r\n"
    case let name?: "\(name);ERR\r\n"
    case nil: nil
    }
  }

  /// The host's clock as the reader shows its own: `2027-01-15;09:02:07`.
  static func moment(ahead seconds: Int = 0) -> String {
    var time = time(nil) + seconds
    var parts = tm()
    gmtime_r(&time, &parts)
    var text = [CChar](repeating: 0, count: 32)
    strftime(&text, text.count, "%Y-%m-%d;%H:%M:%S", &parts)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// A passing of that number with its line end.
  /// - Parameter moment: its date and time of day; one that is a while past is doubted before it is believed.
  static func passing(_ number: Int, at moment: String = start) -> String {
    "\(number);MC;02976;\(moment).295;3;4;937f6\r\n"
  }
  static let start = moment()
}
