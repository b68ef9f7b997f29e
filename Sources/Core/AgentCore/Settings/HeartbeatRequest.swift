/// The request that reports a living device: a method and a path, `{deviceid}` standing for the device.
/// The vendor publishes no route for it, so it is a setting (cloud reference, assumption).
public struct HeartbeatRequest: Hashable, Sendable, CustomStringConvertible {
  /// PATCH, PUT or POST.
  public let method: CloudMethod
  /// The path below the cloud's base address, starting with a slash.
  public let pathTemplate: String

  /// `PATCH /devices/{deviceid}`.
  public static let `default` = HeartbeatRequest(method: .patch, pathTemplate: "/devices/{deviceid}")
  /// The documented route that carries firmware and serial number: `POST /devices`.
  public static let documented = HeartbeatRequest(method: .post, pathTemplate: "/devices")

  private init(method: CloudMethod, pathTemplate: String) {
    self.method = method
    self.pathTemplate = pathTemplate
  }

  /// As it stands in the configuration: `METHOD /path`; nil for anything else. Only PATCH, PUT and POST report.
  public init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, let method = CloudMethod(rawValue: String(words[0])), words[1].hasPrefix("/"),
      words[1].utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else { return nil }
    switch method {
    case .patch, .put, .post: self.init(method: method, pathTemplate: String(words[1]))
    case .get, .delete: return nil
    }
  }

  /// The path for that device.
  public func path(deviceid: String) -> String {
    guard let range = pathTemplate.firstRange(of: "{deviceid}") else { return pathTemplate }
    return pathTemplate[..<range.lowerBound] + deviceid + pathTemplate[range.upperBound...]
  }

  /// As it stands in the configuration.
  public var description: String { "\(method.rawValue) \(pathTemplate)" }
}
