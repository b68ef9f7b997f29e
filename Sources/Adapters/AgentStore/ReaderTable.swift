public import AgentCore

/// When a reader was first heard of. Files that it began before are no business of this agent.
public struct FirstContact: Equatable, Sendable {
  /// By the host's wall clock, right or wrong.
  public let at: WallTime
  /// The lowest name that a file can have that it began since: that of its current file, or behind those that it had.
  public let file: String

  /// A first contact.
  public init(at: WallTime, file: String) {
    self.at = at
    self.file = file
  }
}

/// The table of readers, by its prepared statements.
struct ReaderTable: ~Copyable {
  private let noting: Statement
  private let reading: Statement

  init(_ connection: borrowing Connection) throws(StoreError) {
    let noting = try connection.prepare(
      "INSERT INTO reader (serial_number, first_contact_ms, first_file) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
      for: "keep a reader")
    let reading = try connection.prepare(
      "SELECT serial_number, first_contact_ms, first_file FROM reader", for: "read the readers")
    self.noting = noting
    self.reading = reading
  }

  /// Keeps the first contact; a later one changes nothing.
  func note(_ serialNumber: String, _ contact: FirstContact) throws(StoreError) {
    try noting.bind(1, serialNumber)
    try noting.bind(2, contact.at.milliseconds)
    try noting.bind(3, contact.file)
    try noting.run()
  }

  /// All readers, by serial number.
  func all() throws(StoreError) -> [String: FirstContact] {
    defer { reading.reset() }
    var contacts: [String: FirstContact] = [:]
    while try reading.step() {
      contacts[reading.text(0)] = FirstContact(
        at: WallTime(milliseconds: reading.integer(1)), file: reading.text(2))
    }
    return contacts
  }
}
