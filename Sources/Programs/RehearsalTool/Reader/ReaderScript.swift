import Rehearsal

/// Orders to begin with, one after the other; `wait SECONDS` stands between them. Times are milliseconds.
struct ReaderScript {
  private var orders: ArraySlice<String> = []
  private var notBefore: Int64 = 0

  /// No orders.
  init() {}

  /// Those orders.
  init(_ orders: [String]) throws(ReaderOrderError) {
    for order in orders where order != "help" && ReaderScript.pause(order) == nil {
      _ = try ReaderOrder(order)
    }
    self.orders = orders[...]
  }

  /// When the next order is due; nil when there is none.
  var nextDeadline: Int64? { orders.isEmpty ? nil : notBefore }

  /// Takes the next order that is due.
  mutating func next(at now: Int64) -> String? {
    while notBefore <= now, let order = orders.popFirst() {
      guard let pause = ReaderScript.pause(order) else { return order }
      notBefore = now + pause
    }
    return nil
  }

  private static func pause(_ order: String) -> Int64? {
    let words = order.split(separator: " ")
    guard words.count == 2, words[0] == "wait", let seconds = Double(words[1]), (0...86_400).contains(seconds)
    else { return nil }
    return Int64(seconds * 1000)
  }
}
