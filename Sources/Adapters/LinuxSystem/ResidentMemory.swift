import CLinux
import Glibc

/// What the process holds in memory.
public enum ResidentMemory {
  /// Lets go of program text and constants that only starting up has needed, its own and the libraries'. What is used
  /// again comes back from the page cache by itself. Only segments that are never written are touched: a page of
  /// those is the file's, whether it is mapped or not.
  public static func letGoOfStartUp() {
    dl_iterate_phdr(
      { object, _, _ in
        guard let object = object?.pointee, let headers = object.dlpi_phdr else { return 0 }
        let page = UInt(getpagesize())
        for index in 0..<Int(object.dlpi_phnum) {
          let header = headers[index]
          guard header.p_type == UInt32(PT_LOAD), header.p_flags & UInt32(PF_W) == 0 else { continue }
          let start = (UInt(object.dlpi_addr) + UInt(header.p_vaddr)) & ~(page - 1)
          let end = UInt(object.dlpi_addr) + UInt(header.p_vaddr) + UInt(header.p_filesz)
          madvise(UnsafeMutableRawPointer(bitPattern: start), Int((end - start) & ~(page - 1)), MADV_DONTNEED)
        }
        return 0
      }, nil)
  }
}
