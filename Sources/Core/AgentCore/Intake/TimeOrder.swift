/// Which passings of a file were stamped by another clock than their neighbours, by their numbers and times alone: those
/// that must go so that time runs forward with the numbers, as few as possible.
///
/// Neighbours may stand in the wrong order by `LocalTimeResolver.disorder`. Of a clock that ran ahead and came back it
/// cannot be told from the order alone which side is wrong: the smaller one is taken for it.
enum TimeOrder {
  /// Finds them.
  /// - Parameters:
  ///   - times: milliseconds, ascending by number.
  ///   - below: a time in front of the first that is known to be right; nil for none.
  ///   - above: one behind the last.
  /// - Returns: their places in `times`, ascending.
  static func strays(_ times: [Int64], below: Int64? = nil, above: Int64? = nil) -> [Int] {
    let disorder = LocalTimeResolver.disorder
    let isOutside = { (time: Int64) in
      below.map { time < $0 - disorder } ?? false || above.map { time > $0 + disorder } ?? false
    }
    var highest = Int64.min
    var isInOrder = true
    for time in times {
      if isOutside(time) || (highest > Int64.min && time < highest - disorder) { isInOrder = false }
      highest = max(highest, time)
    }
    if isInOrder { return [] }
    // The longest chain in which each is not before the one in front of it, nor much before any further in front.
    let inside = times.indices.filter { !isOutside(times[$0]) }
    var length = [Int](repeating: 1, count: inside.count)
    var former = [Int?](repeating: nil, count: inside.count)
    var peak = inside.map { times[$0] }
    for place in inside.indices {
      let time = times[inside[place]]
      for earlier in 0..<place where time >= peak[earlier] - disorder && length[earlier] + 1 > length[place] {
        length[place] = length[earlier] + 1
        former[place] = earlier
        peak[place] = max(time, peak[earlier])
      }
    }
    var kept = Set<Int>()
    var last = length.indices.max { length[$0] < length[$1] }
    while let place = last {
      kept.insert(inside[place])
      last = former[place]
    }
    return times.indices.filter { !kept.contains($0) }
  }
}
