import CLinux
import Glibc

/// How much room a terminal has.
public enum TerminalSize {
  /// What is no terminal, or does not say how wide it is, is taken to have so many columns.
  public static let usual = 80

  /// Columns of the terminal behind standard output.
  public static var columns: Int { columns(of: 1) }

  /// Columns of the terminal behind a descriptor.
  public static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usual }
    return Int(size.ws_col)
  }
}
