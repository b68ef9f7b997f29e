public import JSONDocument

/// What a person or a test tells the simulated cloud to do.
public enum CloudOrder: Equatable, Sendable {
  /// One more fault.
  case add(CloudFault)
  /// No delays any more.
  case stopDelays
  /// Every request gets a page of HTML, or no longer.
  case portal(Bool)
  /// Every request is sent to that address; nil ends it.
  case redirect(String?)
  /// Removes a device with its sessions and passings.
  case unbind(String)
  /// Closes that session, or the active one of that device.
  case closeSession(String)
  /// Changes a device on the cloud's side.
  case edit(String, CloudEdit)
  /// What `PATCH /devices/{deviceid}` answers; nil brings the route back.
  case heartbeatRoute(status: Int?)
  /// How answers are wrapped.
  case envelope(CloudEnvelope)
  /// How lists are answered on which nothing is.
  case emptyLists(CloudEmptyLists)
  /// A passing of a device is gone from the cloud, twice there, or there with another chip.
  case spoil(CloudSpoiling, device: String, number: Int64)
  /// What the `Date` header says.
  case date(CloudDateHeader)
  /// Adds or changes a key; nil removes it.
  case key(String, CloudAccess?)
  /// How errors are worded.
  case errorBody(CloudErrorBody)
  /// There are fields that nobody knows.
  case unknownFields
  /// Those fields are null.
  case nullFields([String])
  /// Those fields are not there.
  case missingFields([String])
  /// All fields are as they should be.
  case goodFields
  /// All faults off.
  case recover
  /// The last so many requests.
  case requests(Int)
  /// Forgets the requests.
  case clearRequests
  /// What was sent that no good client sends.
  case misuse
  /// Forgets that.
  case clearMisuse
  /// All devices.
  case devices
  /// All sessions.
  case sessions
  /// All passings of that session, or of all.
  case passings(token: String?)
}

/// What is wrong with a passing on the cloud's side.
public enum CloudSpoiling: String, CaseIterable, Sendable {
  /// It is there no more.
  case missing
  /// It is in a second session, too.
  case twice
  /// It has another chip.
  case other
}

/// A change of a device on the cloud's side.
public enum CloudEdit: Equatable, Sendable {
  /// Its firmware; nil is null.
  case firmware(String?)
  /// Its model.
  case model(String)
  /// Its alias; nil is null.
  case alias(String?)
  /// Its serial number.
  case serialNumber(String)
  /// Its last_seen in milliseconds since 1970-01-01T00:00:00Z; nil is null.
  case lastSeen(Int64?)
}

/// What an order comes to.
public enum CloudReply: Equatable, Sendable {
  /// It was done; a line for a person.
  case done(String)
  /// What was asked for, as a document.
  case document(JSONValue)
  /// Nothing was done; the text says why.
  case refused(String)
}
