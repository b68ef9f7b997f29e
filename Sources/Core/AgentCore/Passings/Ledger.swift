/// What is stored of all session files, in numbers, as the store last told it.
/// Law: `stored == acknowledged + waiting + rejected`.
public struct Ledger: Sendable {
  /// The files, in order of first contact.
  public private(set) var files: [FileSummary]
  /// How many frames are kept that are not believed.
  public var doubtful: Int
  /// Another one whenever anything of the files may have changed.
  private(set) var revision = 0

  private let cloud: String?
  private var places: [FileKey: Int] = [:]

  /// What the store holds at the start.
  /// - Parameter cloud: the cloud whose sessions are shown; nil for any.
  init(files: [FileSummary], doubtful: Int, cloud: String? = nil) {
    self.files = []
    self.cloud = cloud
    self.doubtful = doubtful
    for file in files { note(file) }
  }

  /// Takes over what the store says of a file; a new one is put behind the others.
  mutating func note(_ file: FileSummary) {
    let file = cloud.map { file.shown(in: $0, after: self.file(file.key)) } ?? file
    revision += 1
    if let place = places[file.key] {
      files[place] = file
    } else {
      places[file.key] = files.count
      files.append(file)
    }
  }

  /// The store holds these files now, and no others.
  /// - Parameter cloud: the cloud whose sessions are shown from now on; nil: as before.
  mutating func replace(_ files: [FileSummary], cloud: String? = nil) {
    let former = revision
    self = Ledger(files: files, doubtful: doubtful, cloud: cloud ?? self.cloud)
    revision += former + 1
  }

  /// A file; nil when nothing of it is stored.
  public func file(_ key: FileKey) -> FileSummary? { places[key].map { files[$0] } }

  /// The newest file of that name, or the newest of all.
  /// - Parameters:
  ///   - name: nil for any.
  ///   - serialNumber: nil for any reader.
  public func newest(named name: String?, of serialNumber: String?) -> FileKey? {
    files.last { file in
      (name == nil || file.key.file == name)
        && (serialNumber == nil || file.key.serialNumber == serialNumber)
    }?.key
  }

  /// A count of all files together.
  public func sum(_ count: (FileSummary) -> Int) -> Int { files.reduce(0) { $0 + count($1) } }
}
