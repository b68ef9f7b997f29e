/// What a person tells the simulated reader to do, beside the protocol.
public enum ReaderOrder: Equatable, Sendable {
  /// How truth values are spelt.
  public enum BooleanSpelling: String, CaseIterable, Sendable {
    /// `True` in GETSTATUS, `true` elsewhere, as real replies have it.
    case asSeen = "as-seen"
    /// `true` everywhere.
    case lower
    /// `True` everywhere.
    case capital
  }

  /// All faults off; identity, clock, power and sessions stay.
  case ok
  /// Nothing leaves, or it leaves again.
  case mute(Bool)
  /// Dead for so many milliseconds, then power-up.
  case reboot(milliseconds: Int64)
  /// New firmware version.
  case firmware(String)
  /// Another serial number: another reader on the same line.
  case serialNumber(String)
  /// Another model.
  case model(String)
  /// Another zone for the wall clock.
  case timeZone(String)
  /// GETSTATUS answered without CR LF.
  case statusWithoutLineEnd(Bool)
  /// What a field of GETSTATUS says whatever is true, by its place from 1; nil ends it.
  case statusField(Int, text: String?)
  /// How many fields GETSTATUS has, its name counted; nil for as many as there are.
  case statusLength(Int?)
  /// Whether letters beyond ASCII leave in Latin-1; else in UTF-8.
  case latin1(Bool)
  /// So many files that LISTFILES lists beside the others have names that no reader gives.
  case oddFiles(Int)
  /// So many older files LISTFILES lists before the others; nothing else is known of them.
  case moreFiles(Int)
  /// Probability of a test read of older readers behind a passing in a list.
  case testReads(Double)
  /// What GETTIME says lies so many milliseconds beside the clock that stamps passings.
  case timeTold(milliseconds: Int64)
  /// Lists and GETFILEINFO are behind what is pushed and counted.
  case memoryLag(milliseconds: Int64)
  /// Whether a HELLO line is sent on connect.
  case hello(Bool)
  /// How truth values are spelt.
  case booleans(BooleanSpelling)
  /// Passings a second.
  case rate(Double)
  /// How many fields passings have from now on.
  case form(Int)
  /// Whether foreign chips come too.
  case freeChips(Bool)
  /// One passing by hand; without an antenna at the first that is connected.
  case pass(prefix: String?, chip: String, antenna: Int?)
  /// Start mode, as by START.
  case start
  /// Stop mode, as by STOP.
  case stop
  /// A new session file, as by NEWFILE.
  case newFile
  /// Battery charge in percent.
  case battery(Double)
  /// Percent an hour that the battery loses without mains.
  case drain(Double)
  /// Mains power there or not.
  case mains(Bool)
  /// Which antennas are connected.
  case antennas([Int])
  /// The clock minus the truth, in milliseconds.
  case clockOffset(milliseconds: Int64)
  /// The clock shows what it should show at that moment, milliseconds since 1970-01-01T00:00:00Z, and goes on.
  case clockAt(milliseconds: Int64)
  /// The clock begins again at 2000-01-01T00:00:00 by the reader's wall clock, as one does whose battery is empty.
  case clockFall
  /// How fast the clock runs away, in millionths.
  case clockDrift(Double)
  /// Something else speaks instead of the protocol.
  case foreign(Bool)
  /// The cable in or out.
  case plug(Bool)
  /// Probability of noise before a frame.
  case noise(Double)
  /// Probability that a frame is cut.
  case cut(Double)
  /// Probability that a pushed passing is lost.
  case lose(Double)
  /// Probability of a stray digit before a pushed passing.
  case digit(Double)
  /// Probability that bytes of a pushed passing are replaced.
  case garble(Double)
  /// Probability that two pushed passings are run together.
  case join(Double)
  /// Probability that a bit of a byte is flipped.
  case flip(Double)
  /// Probability that a bit of a byte is flipped that it hears.
  case mishear(Double)
  /// Frames a second in which lists leave; 0: at once.
  case listRate(Double)
  /// So many frames are cut.
  case cutNext(Int)
  /// So many pushed passings are lost.
  case loseNext(Int)
  /// The next command of that name is answered so.
  case refuse(name: String, answer: String)
  /// Who the reader is, as JSON.
  case identity
  /// What it has counted, as JSON.
  case count
  /// What it has recorded: all as JSON, or the frames of one file.
  case truth(file: String?)
}
