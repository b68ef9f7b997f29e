/// One thing that is wrong in a configuration.
public struct ConfigurationProblem: Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The line, from 1; nil when the file as a whole is meant.
  public let line: Int?
  /// What is wrong and what to do about it. Never holds a secret.
  public let message: String

  /// A problem at that place.
  public init(file: String, line: Int?, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  /// `FILE:LINE: message`, or `FILE: message`.
  public var description: String {
    line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)"
  }
}

/// Everything that is wrong in a configuration, by file and line.
public struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
  /// The problems, at least one.
  public let problems: [ConfigurationProblem]

  /// Those problems, in that order.
  public init(problems: [ConfigurationProblem]) { self.problems = problems }

  /// One line a problem, each ending in a newline.
  public var description: String { problems.map { "\($0)\n" }.joined() }
}
