/// The calls of the API; the raw value is the name that commands use.
public enum CloudRoute: String, CaseIterable, Sendable {
  /// `POST /devices`
  case bind
  /// `PATCH /devices/{deviceid}`
  case heartbeat
  /// `GET /devices/{deviceid}`
  case device
  /// `GET /devices`
  case devices
  /// `DELETE /devices/{deviceid}`
  case unbind
  /// `POST /sessions`
  case openSession = "session-open"
  /// `PATCH /sessions/close/{token_session}`
  case closeSession = "session-close"
  /// `GET /sessions/device/{deviceid}`
  case sessions
  /// `GET /sessions/device/{deviceid}/active`
  case activeSession = "session-active"
  /// `GET /sessions/{token_session}`
  case session
  /// `POST /passings`
  case insertPassings = "passings-insert"
  /// `GET /passings/session/{token_session}`
  case sessionPassings = "passings-session"
  /// `GET /passings/device/{deviceid}`
  case devicePassings = "passings-device"
  /// `GET /passings/device2/{deviceid}`
  case resumedPassings = "passings-device2"

  /// What a key needs for it.
  public var access: CloudAccess {
    switch self {
    case .device, .devices, .sessions, .activeSession, .session, .sessionPassings, .devicePassings,
      .resumedPassings:
      .read
    case .bind, .heartbeat, .openSession, .closeSession, .insertPassings: .write
    case .unbind: .unbind
    }
  }

  /// Method and path, as the vendor's pages write them.
  public var call: String {
    switch self {
    case .bind: "POST /devices"
    case .heartbeat: "PATCH /devices/{deviceid}"
    case .device: "GET /devices/{deviceid}"
    case .devices: "GET /devices"
    case .unbind: "DELETE /devices/{deviceid}"
    case .openSession: "POST /sessions"
    case .closeSession: "PATCH /sessions/close/{token_session}"
    case .sessions: "GET /sessions/device/{deviceid}"
    case .activeSession: "GET /sessions/device/{deviceid}/active"
    case .session: "GET /sessions/{token_session}"
    case .insertPassings: "POST /passings"
    case .sessionPassings: "GET /passings/session/{token_session}"
    case .devicePassings: "GET /passings/device/{deviceid}"
    case .resumedPassings: "GET /passings/device2/{deviceid}"
    }
  }

  /// A call that was recognised.
  struct Match: Equatable {
    let route: CloudRoute
    /// The device or session that the path names; empty when it names none.
    let subject: String
  }

  /// The call that a method and a path mean; nil when there is none such.
  static func match(_ method: String, _ path: String, base: String) -> Match? {
    guard path.hasPrefix(base + "/") else { return nil }
    let parts = path.dropFirst(base.count + 1).split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains("") else { return nil }
    let last = parts.last.map(String.init) ?? ""
    switch (method, parts.first, parts.count) {
    case ("POST", "devices", 1): return Match(route: .bind, subject: "")
    case ("GET", "devices", 1): return Match(route: .devices, subject: "")
    case ("GET", "devices", 2): return Match(route: .device, subject: last)
    case ("PATCH", "devices", 2): return Match(route: .heartbeat, subject: last)
    case ("DELETE", "devices", 2): return Match(route: .unbind, subject: last)
    case ("POST", "sessions", 1): return Match(route: .openSession, subject: "")
    case ("GET", "sessions", 2): return Match(route: .session, subject: last)
    case ("PATCH", "sessions", 3) where parts[1] == "close": return Match(route: .closeSession, subject: last)
    case ("GET", "sessions", 3) where parts[1] == "device": return Match(route: .sessions, subject: last)
    case ("GET", "sessions", 4) where parts[1] == "device" && parts[3] == "active":
      return Match(route: .activeSession, subject: String(parts[2]))
    case ("POST", "passings", 1): return Match(route: .insertPassings, subject: "")
    case ("GET", "passings", 3) where parts[1] == "session":
      return Match(route: .sessionPassings, subject: last)
    case ("GET", "passings", 3) where parts[1] == "device":
      return Match(route: .devicePassings, subject: last)
    case ("GET", "passings", 3) where parts[1] == "device2":
      return Match(route: .resumedPassings, subject: last)
    default: return nil
    }
  }
}

/// Which calls a fault strikes.
public enum CloudScope: Equatable, Sendable {
  /// All of them, known or not.
  case all
  /// Those that a READ key may make.
  case reading
  /// Those that need WRITE or the permission to unbind.
  case writing
  /// That one.
  case route(CloudRoute)

  /// The scope of that name: `all`, `read`, `write`, or a route's.
  init?(name: String) {
    switch name {
    case "all": self = .all
    case "read": self = .reading
    case "write": self = .writing
    default:
      guard let route = CloudRoute(rawValue: name) else { return nil }
      self = .route(route)
    }
  }

  func contains(_ route: CloudRoute?) -> Bool {
    switch self {
    case .all: true
    case .reading: route?.access == .read
    case .writing: route.map { $0.access != .read } ?? false
    case .route(let wanted): route == wanted
    }
  }
}
