/// Something for a worker's thread to hold on to: it is there as long as the thread is.
public final class Held: Sendable {
  /// Makes a worker, lets go of it, and looks whether its thread has ended then.
  /// - Parameters:
  ///   - make: gives the worker's thread what it is handed.
  ///   - use: what is done with the worker before.
  /// - Returns: whether the thread was there before, and is not any more.
  public static func isLetGo<Worker: AnyObject>(
    by make: (Held) throws -> Worker, after use: (Worker) -> Void = { _ in }
  ) rethrows -> Bool {
    weak var thread: Held?
    var worker: Worker?
    do {
      let held = Held()
      thread = held
      worker = try make(held)
    }
    guard thread != nil else { return false }
    if let worker { use(worker) }
    worker = nil
    return thread == nil
  }
}
