/// A row as its page holds it.
struct StoredRecord {
  /// What a column holds.
  enum Value: Equatable {
    case null
    case integer(Int64)
    case text([UInt8])
    /// A blob or a real, which no table of the store has.
    case other
  }

  /// Key of a table's row; 0 where the columns are the key.
  let rowid: Int64
  let values: [Value]

  /// Reads a record's payload: the kinds of its columns, then what they hold. Nil when they do not fill it exactly.
  init?(_ payload: PageBytes, rowid: Int64) {
    guard let (headerSize, first) = payload.variable(0), headerSize <= UInt64(payload.count) else {
      return nil
    }
    let headerEnd = Int(headerSize)
    var place = first
    var content = headerEnd
    var values: [Value] = []
    while place < headerEnd {
      guard let (kind, next) = payload.variable(place), next <= headerEnd,
        let (value, size) = StoredRecord.value(kind, in: payload, at: content)
      else { return nil }
      values.append(value)
      place = next
      content += size
    }
    guard content == payload.count, !values.isEmpty else { return nil }
    self.rowid = rowid
    self.values = values
  }

  private static func value(_ kind: UInt64, in payload: PageBytes, at offset: Int) -> (Value, size: Int)? {
    switch kind {
    case 0: return (.null, 0)
    case 1...6:
      let size = [1, 2, 3, 4, 6, 8][Int(kind) - 1]
      guard let bits = payload.number(offset, bytes: size) else { return nil }
      let unused = UInt64(64 - 8 * size)
      return (.integer(Int64(bitPattern: bits << unused) >> Int64(unused)), size)
    case 7: return payload.slice(offset..<offset + 8).map { _ in (.other, 8) }
    case 8: return (.integer(0), 0)
    case 9: return (.integer(1), 0)
    case 10, 11: return nil
    default:
      let length = (kind - 12) / 2
      guard length <= UInt64(payload.count) else { return nil }
      guard let bytes = payload.slice(offset..<offset + Int(length)) else { return nil }
      return (kind % 2 == 1 ? .text(Array(bytes)) : .other, Int(length))
    }
  }

  func integer(_ column: Int) -> Int64? {
    guard values.indices.contains(column), case .integer(let value) = values[column] else { return nil }
    return value
  }

  func text(_ column: Int) -> String? {
    guard values.indices.contains(column), case .text(let bytes) = values[column] else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  func bytes(_ column: Int) -> [UInt8]? {
    guard values.indices.contains(column), case .text(let bytes) = values[column] else { return nil }
    return bytes
  }
}
