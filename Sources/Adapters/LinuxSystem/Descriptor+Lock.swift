import Glibc

extension Descriptor {
  /// Takes the lock that other careful programs ask for (`flock`), without waiting. The kernel drops it when the open
  /// file goes.
  /// - Parameter path: for the error.
  /// - Throws: `EWOULDBLOCK` when another open file has it.
  public borrowing func lock(_ path: String) throws(SystemError) {
    let number = number
    try system("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
  }

  /// Lets go of the lock now. Closing alone does not, as long as a child process that has not come to its `exec` yet
  /// holds the same open file.
  public borrowing func unlock() { _ = flock(number, LOCK_UN) }
}
