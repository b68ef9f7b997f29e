import AgentCore
import Testing

@Suite("Sets of running numbers")
struct NumberSetTests {
  @Test(
    "It holds what a plain set holds, whatever is put in and taken out",
    arguments: 1...20 as ClosedRange<UInt64>)
  func likeASet(seed: UInt64) {
    var random = RandomSource(seed: seed)
    var numbers = NumberSet()
    var plain = Set<UInt32>()
    for _ in 0..<300 {
      let first = UInt32.random(in: 0...120, using: &random)
      let range = first...first + UInt32.random(in: 0...9, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0...2:
        numbers.insert(range)
        plain.formUnion(range)
      case 3:
        numbers.remove(range)
        plain.subtract(range)
      default:
        let other = NumberSet((0..<8).map { _ in UInt32.random(in: 0...130, using: &random) })
        if Bool.random(using: &random) {
          numbers.formUnion(other)
          plain.formUnion(other.ranges.joined())
        } else {
          numbers.subtract(other)
          plain.subtract(other.ranges.joined())
        }
      }
      #expect(Set(numbers.ranges.joined()) == plain)
      #expect(numbers.count == plain.count)
      #expect(numbers.first == plain.min())
      #expect(numbers.last == plain.max())
      #expect(numbers.contains(first) == plain.contains(first))
      let missing = numbers.missing(in: range)
      #expect(Set(missing.ranges.joined()) == Set(range).subtracting(plain))
      // Between two ranges at least one number is missing.
      for (left, right) in zip(numbers.ranges, numbers.ranges.dropFirst()) {
        #expect(left.upperBound + 1 < right.lowerBound)
      }
    }
  }

  @Test("The ends of the numbers are numbers like others")
  func ends() {
    var numbers = NumberSet(UInt32.max - 1...UInt32.max)
    numbers.insert(0)
    numbers.insert(UInt32.max - 2)
    #expect(numbers.ranges == [0...0, UInt32.max - 2...UInt32.max])
    numbers.remove(UInt32.max)
    #expect(numbers.missing(in: 1...UInt32.max).ranges == [1...UInt32.max - 3, UInt32.max...UInt32.max])
    #expect(numbers.firstRun(limit: 5) == 0...0)
  }

  @Test("It is named in ranges, so many of them at most")
  func text() {
    let numbers = NumberSet([3, 7, 8, 9, 12, 20] as [UInt32])
    #expect("\(numbers)" == "3, 7-9, 12, 20")
    #expect(numbers.text(limit: 2) == "3, 7-9 and 2 more ranges")
    #expect("\(NumberSet())" == "")
  }
}
