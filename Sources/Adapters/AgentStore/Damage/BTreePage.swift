/// A page of a table or an index, as SQLite's file format describes it. What does not hold together is left out.
struct BTreePage {
  enum Kind: UInt8 {
    case indexInterior = 0x02
    case tableInterior = 0x05
    case indexLeaf = 0x0A
    case tableLeaf = 0x0D
  }

  /// Rows of the store are short: what claims to be longer than that is none.
  private static let longest = 1 << 16

  let kind: Kind
  private let page: PageBytes
  private let usable: Int
  private let cells: [Int]
  private let rightChild: UInt32?

  /// Nil when the page is of another kind, or its cells do not lie within it.
  /// - Parameter usable: bytes of a page that SQLite uses.
  init?(_ bytes: [UInt8], number: UInt32, usable: Int) {
    let page = PageBytes(bytes)
    // In front of the first page's there is the header of the file.
    let start = number == 1 ? 100 : 0
    guard let code = page.byte(start), let kind = Kind(rawValue: code), let count = page.number16(start + 3)
    else { return nil }
    let isInterior = kind == .tableInterior || kind == .indexInterior
    let pointers = start + (isInterior ? 12 : 8)
    guard pointers + 2 * count <= usable else { return nil }
    var cells: [Int] = []
    cells.reserveCapacity(count)
    for index in 0..<count {
      guard let cell = page.number16(pointers + 2 * index), cell >= pointers + 2 * count, cell < usable else {
        return nil
      }
      cells.append(cell)
    }
    self.kind = kind
    self.page = page
    self.usable = usable
    self.cells = cells
    rightChild = isInterior ? page.number32(start + 8) : nil
  }

  /// The pages below, in the order of their keys.
  var children: [UInt32] {
    guard let rightChild else { return [] }
    return cells.compactMap { page.number32($0) } + [rightChild]
  }

  /// The rows that the page itself holds; an interior page of a table has none.
  /// - Parameters:
  ///   - limit: so many of the first ones.
  ///   - overflow: the page of that number, for rows that go on in others.
  func records(limit: Int = .max, overflow: (UInt32) -> [UInt8]?) -> [StoredRecord] {
    guard kind != .tableInterior else { return [] }
    return cells.prefix(limit).compactMap { cell in
      let start = kind == .indexInterior ? cell + 4 : cell
      guard let (size, next) = page.variable(start), size <= UInt64(BTreePage.longest) else { return nil }
      guard kind == .tableLeaf else {
        return payload(Int(size), at: next, overflow).flatMap { StoredRecord($0, rowid: 0) }
      }
      guard let (key, content) = page.variable(next) else { return nil }
      return payload(Int(size), at: content, overflow).flatMap {
        StoredRecord($0, rowid: Int64(bitPattern: key))
      }
    }
  }

  /// A row's payload: what lies in the page, and what goes on in others.
  private func payload(_ size: Int, at offset: Int, _ overflow: (UInt32) -> [UInt8]?) -> PageBytes? {
    let most = kind == .tableLeaf ? usable - 35 : (usable - 12) * 64 / 255 - 23
    guard size > most else {
      return offset + size <= usable ? page.slice(offset..<offset + size).map { PageBytes(Array($0)) } : nil
    }
    let least = (usable - 12) * 32 / 255 - 23
    let rest = least + (size - least) % (usable - 4)
    let local = rest <= most ? rest : least
    guard offset + local + 4 <= usable, var bytes = page.slice(offset..<offset + local).map(Array.init) else {
      return nil
    }
    var next = page.number32(offset + local) ?? 0
    while bytes.count < size {
      guard next > 0, let content = overflow(next).map(PageBytes.init), let following = content.number32(0),
        let part = content.slice(4..<4 + min(size - bytes.count, usable - 4))
      else { return nil }
      bytes += part
      next = following
    }
    return PageBytes(bytes)
  }
}
