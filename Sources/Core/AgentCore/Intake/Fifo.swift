/// Elements in the order in which they were added; the first is taken out without moving the others.
///
/// There is no way through it but one element at a time by its number, and those are counted: what an event costs must
/// not depend on how much waits.
struct Fifo<Element: Sendable>: Sendable {
  private var storage: [Element?] = []
  private var head = 0
  /// Number of the first element. Numbers go up by one from element to element and never change.
  private(set) var firstNumber = 0
  /// How often an element was looked at by its number.
  private(set) var looks = 0

  var count: Int { storage.count - head }
  var isEmpty: Bool { count == 0 }
  var first: Element? { isEmpty ? nil : storage[head] }
  var last: Element? { isEmpty ? nil : storage[storage.count - 1] }

  /// The element of that number; nil when it is not there any more, or not yet.
  mutating func look(at number: Int) -> Element? {
    looks += 1
    let place = head + number - firstNumber
    return number >= firstNumber && place < storage.count ? storage[place] : nil
  }

  /// - Returns: the element's number.
  @discardableResult
  mutating func append(_ element: Element) -> Int {
    storage.append(element)
    return firstNumber + count - 1
  }

  /// Changes the last element, where there is one.
  mutating func changeLast(_ change: (inout Element) -> Void) {
    guard !isEmpty, var element = storage[storage.count - 1] else { return }
    // Taken out while it changes: a copy of its memory would be made otherwise.
    storage[storage.count - 1] = nil
    change(&element)
    storage[storage.count - 1] = element
  }

  mutating func removeFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = storage[head]
    storage[head] = nil
    head += 1
    firstNumber += 1
    // Half of the places are empty: they are given back, which costs what their elements' removal has cost.
    if head > 32, head * 2 > storage.count {
      storage.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Takes out all but the first so many.
  mutating func removeAll(behind kept: Int) -> [Element] {
    let rest = storage[min(head + kept, storage.count)...].compactMap { $0 }
    storage.removeLast(max(0, count - kept))
    return rest
  }
}
