/// What is built here.
public enum Product {
  /// Its version, as CHANGELOG.md has it.
  public static let version = "0.1.0"
}
