/// A wall clock in the reader's words.
struct ReaderTime {
  /// `yyyy-MM-ddTHH:mm:ss.SSSZ`; the calendar does not care whose wall clock it is.
  private let text: String

  /// - Parameter localMilliseconds: since 1970-01-01T00:00:00 as the wall clock counts.
  init(_ localMilliseconds: Int64) { text = CloudTime.text(localMilliseconds) }

  /// `2019-12-12`
  var date: String { String(text.prefix(10)) }
  /// `09:02:07.295`
  var preciseTime: String { String(text.dropFirst(11).prefix(12)) }
  /// `09:02:07`
  var time: String { String(text.dropFirst(11).prefix(8)) }
  /// `2019-12-12;09:02:07`, as GETTIME says it.
  var told: String { "\(date);\(time)" }
  /// `20191212-090207.csv`
  var fileName: String { "\(date.filter { $0 != "-" })-\(time.filter { $0 != ":" }).csv" }

  /// Reads a date and a time of whole seconds or of milliseconds.
  /// - Returns: local milliseconds; nil when that is no time of the calendar.
  static func parse(date: some StringProtocol, time: some StringProtocol) -> Int64? {
    let fraction = time.utf8.count == 8 ? ".000" : ""
    guard date.utf8.count == 10 else { return nil }
    return CloudTime.parse("\(date)T\(time)\(fraction)Z")
  }
}
