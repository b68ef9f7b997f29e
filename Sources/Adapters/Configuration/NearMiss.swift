/// Finds what a person probably meant.
public enum NearMiss {
  /// The candidate nearest to the text, when it is near enough to be a slip: case, dashes for underscores, or one
  /// letter in three (never more than three) left out, added, changed or swapped with its neighbour.
  public static func of(_ text: String, among candidates: [String]) -> String? {
    let text = plain(text)
    let allowed = min(3, max(1, text.count / 3))
    let ranked = candidates.map { (name: $0, distance: distance(text, plain($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= allowed else {
      return nil
    }
    return best.name
  }

  private static func plain(_ text: String) -> [Character] {
    text.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
  }

  /// Letters to leave out, add, change or swap with a neighbour (optimal string alignment).
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var twoAbove: [Int] = []
    var above = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let changed = above[column] + (left[row] == right[column] ? 0 : 1)
        var least = min(changed, above[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          least = min(least, twoAbove[column - 1] + 1)
        }
        current.append(least)
      }
      (twoAbove, above) = (above, current)
    }
    return above[right.count]
  }
}

/// Text without the blanks around it.
func trimmed(_ text: some StringProtocol) -> String {
  let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
  let start = text.firstIndex { !blank($0) } ?? text.endIndex
  guard let last = text.lastIndex(where: { !blank($0) }) else { return "" }
  return String(text[start...last])
}
