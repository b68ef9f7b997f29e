/// Which run of the machine this is.
public enum BootIdentity {
  /// The kernel's random name of this run, 36 characters; monotonic times can be compared within one run only. Empty
  /// when the kernel does not tell.
  public static let current: String = {
    let text = (try? Files.read("/proc/sys/kernel/random/boot_id", limit: 256)) ?? []
    return String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self)
  }()
}
