/// `one4all-sim cloud`.
enum CloudCommand {
  static func run(_ arguments: [String]) -> Int32 { 69 }
}
