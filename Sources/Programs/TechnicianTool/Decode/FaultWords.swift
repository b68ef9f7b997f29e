import One4AllProtocol

/// What is wrong with a line, in a technician's words.
enum FaultWords {
  static func text(_ fault: RecordFault) -> String {
    switch fault {
    case .passing(let reason): text(reason)
    case .tooLong: "longer than \(RecordingDecoder.maximumLineLength) bytes"
    case .noise: "bytes that are no text"
    case .unrecognised: "like no line of any known recording"
    case .truncated: "cut off"
    case .fieldCount: "too many fields"
    case .number: "the running number is not a number from 0 to 4294967295"
    case .chip: "the chip is not two letters and five digits"
    case .date: "not a valid date"
    case .firstSeen: "the time of the first read is not valid"
    case .time: "not a valid time"
    case .antenna: "the antenna is not 1 to 8"
    case .reads: "the number of reads is not a number of the usual length"
    case .flags: "more behind the reads than a frame has"
    case .text: "a character that no text has"
    case .zone: "the time zone is neither an offset nor a name"
    }
  }

  private static func text(_ reason: MalformedReason) -> String {
    switch reason {
    case .tooLong: text(RecordFault.tooLong)
    case .truncated: text(RecordFault.truncated)
    case .noise: text(RecordFault.noise)
    case .unrecognised, .unknownName, .noArguments, .statusFields: text(RecordFault.unrecognised)
    case .ambiguousJoin: "a passing ran into another line: its number is not certain"
    case .fieldCount: "not 8 fields, nor 13: firmware that is not known?"
    case .number: "the running number is not from 1 to 4294967295, or has leading zeros"
    case .prefix: "the timer code is not 0 to 16 letters and digits"
    case .chip: "the chip is not 1 to 32 letters and digits"
    case .date: text(RecordFault.date)
    case .time: text(RecordFault.time)
    case .antenna: text(RecordFault.antenna)
    case .reads: text(RecordFault.reads)
    case .check: "the check is not five characters"
    }
  }

  static func name(_ form: RecordingForm) -> String {
    switch form {
    case .one4All5: "One4All 5 backup"
    case .olderBackup: "older backup"
    case .cloudExport: "cloud export"
    case .olderFrames: "older live frames"
    }
  }
}
