/// The pages of a damaged database, by their tables.
///
/// A table is followed from its first page down. Where damage cuts off a part of it, the pages that no table reaches and
/// that are not free are looked through for rows of its form. Each page is read a fixed number of times, so that this
/// ends whatever stands in them.
struct PageTree {
  /// What was found of a table.
  struct Leaves {
    /// Pages that hold rows, in the order of their keys.
    var pages: [UInt32] = []
    /// Whether they are all there were.
    var isComplete = true
  }

  let file: PageFile
  /// Version of the schema; nil when it is not known.
  let version: Int?
  private let roots: [String: UInt32]
  /// Pages that are free, and whether they are all.
  private let free: Set<UInt32>
  let areFreePagesKnown: Bool

  init(_ file: PageFile) {
    let first = file.page(1).map(PageBytes.init)
    version = first?.number32(60).map { Int($0) }
    var roots = PageTree.schema(of: file)
    // Databases that the same schema made begin alike.
    for (name, root) in StoreTable.usualRoots() where roots[name] == nil { roots[name] = root }
    (free, areFreePagesKnown) = PageTree.freePages(of: file, first)
    self.roots = roots
    self.file = file
  }

  /// The rows of a page that are of the table.
  func records(_ number: UInt32, of table: StoreTable) -> [StoredRecord] {
    PageTree.records(number, in: file).filter(table.fits)
  }

  private static func records(_ number: UInt32, limit: Int = .max, in file: PageFile) -> [StoredRecord] {
    guard let page = page(number, in: file) else { return [] }
    // Should they go in a circle.
    var left = 4096
    return page.records(limit: limit) { number in
      left -= 1
      return left < 0 ? nil : file.page(number)
    }
  }

  private static func page(_ number: UInt32, in file: PageFile) -> BTreePage? {
    file.page(number).flatMap { BTreePage($0, number: number, usable: file.usableSize) }
  }

  // MARK: Following

  /// The pages of a table that can be reached from its first one.
  func leaves(of table: StoreTable) -> Leaves {
    guard let root = roots[table.rawValue] else { return Leaves(isComplete: false) }
    let leaves = PageTree.leaves(from: root, hasRowids: table.hasRowids, in: file)
    // The usual root is not always this one's.
    for number in leaves.pages.prefix(2) + leaves.pages.suffix(2) {
      let records = PageTree.records(number, in: file)
      if !records.isEmpty, !records.contains(where: table.fits) { return Leaves(isComplete: false) }
    }
    return leaves
  }

  /// - Returns: pages that hold rows; of a table with rowids only leaves do.
  private static func leaves(from root: UInt32, hasRowids: Bool, in file: PageFile) -> Leaves {
    var found = Leaves()
    var seen: Set<UInt32> = []
    // All leaves are equally deep. Where that depth is known they need not be read to be told from others.
    let depth = depth(from: root, in: file)
    var waiting: [(number: UInt32, depth: Int)] = [(root, 0)]
    while let (number, level) = waiting.popLast() {
      guard seen.insert(number).inserted else {
        found.isComplete = false
        continue
      }
      if hasRowids, level == depth {
        found.pages.append(number)
        continue
      }
      guard let page = page(number, in: file), (page.kind.hasRowids) == hasRowids else {
        found.isComplete = false
        continue
      }
      if page.kind != .tableInterior { found.pages.append(number) }
      for child in page.children.reversed() { waiting.append((child, level + 1)) }
    }
    return found
  }

  /// How deep the leaves lie; nil when no leaf can be found.
  private static func depth(from root: UInt32, in file: PageFile) -> Int? {
    // The first whole way down; SQLite's trees are at most 20 deep.
    var waiting: [(number: UInt32, depth: Int)] = [(root, 0)]
    var looks = 0
    while let (number, level) = waiting.popLast(), looks < 10_000 {
      looks += 1
      guard level < 20, let page = page(number, in: file) else { continue }
      if page.children.isEmpty { return level }
      for child in page.children.reversed() { waiting.append((child, level + 1)) }
    }
    return nil
  }

  // MARK: Schema and free pages

  /// The first pages of tables and indexes that the schema names.
  private static func schema(of file: PageFile) -> [String: UInt32] {
    var roots: [String: UInt32] = [:]
    for leaf in leaves(from: 1, hasRowids: true, in: file).pages {
      for record in records(leaf, in: file) {
        guard record.values.count == 5, let name = record.text(1), let root = record.integer(3),
          let number = UInt32(exactly: root), number > 1, number <= file.pageCount
        else { continue }
        roots[name] = number
      }
    }
    return roots
  }

  /// The pages that hold nothing any more.
  private static func freePages(of file: PageFile, _ first: PageBytes?) -> (Set<UInt32>, Bool) {
    guard let first, var trunk = first.number32(32), let count = first.number32(36) else {
      return ([], false)
    }
    var free: Set<UInt32> = []
    while trunk != 0 {
      guard free.insert(trunk).inserted, let page = file.page(trunk).map(PageBytes.init),
        let next = page.number32(0), let leaves = page.number32(4),
        leaves <= UInt32(file.usableSize / 4 - 2)
      else { return (free, false) }
      for index in 0..<Int(leaves) {
        if let number = page.number32(8 + 4 * index) { free.insert(number) }
      }
      trunk = next
    }
    return (free, free.count == Int(count))
  }

  // MARK: What no table reaches

  /// The page's table by the form of its first row, if it has one and the page is not known to be free.
  func table(of number: UInt32) -> StoreTable? {
    guard !free.contains(number), let page = PageTree.page(number, in: file) else { return nil }
    return StoreTable.of(PageTree.records(number, limit: 1, in: file), kind: page.kind)
  }
}

extension BTreePage.Kind {
  /// Whether it belongs to a table whose rows have numbers of their own.
  var hasRowids: Bool { self == .tableLeaf || self == .tableInterior }
}
