/// Whether the host's wall clock may label anything. Many boxes have no clock of their own, some no time server, and some
/// a time server that is wrong: two witnesses are heard, the kernel (synchronised or not) and the cloud (`Date`). One of
/// them is enough; when both speak and contradict each other, neither is believed.
///
/// What the cloud's clock shows is kept beside the monotonic clock, not beside the host's wall clock: so a step of the host
/// is seen at once, in both directions, and a `Date` that jumps from answer to answer (a proxy, a captive portal) is no
/// witness. It takes a second answer to say something else than before.
public struct ClockTrust: Sendable {
  /// What the witnesses say of the host's clock.
  public enum Verdict: String, CaseIterable, Sendable {
    /// Both say that it is right.
    case agreed
    /// The kernel says so; the cloud has told no time.
    case kernel
    /// The cloud says so; the kernel does not vouch for it.
    case cloud
    /// The kernel says so, and one answer of the cloud the contrary: the next one decides.
    case doubted
    /// The kernel says so, and the cloud the contrary.
    case contradicted
    /// The cloud says that it is wrong, and the kernel does not vouch for it.
    case wrong
    /// Nobody has said anything.
    case unknown

    /// Whether the clock may label anything.
    public var isTrusted: Bool {
      switch self {
      case .agreed, .kernel, .cloud: true
      case .doubted, .contradicted, .wrong, .unknown: false
      }
    }

    /// A moment with the kernel's word as far as nothing contradicts it.
    func judged(_ now: Moment) -> Moment {
      switch self {
      case .doubted, .contradicted: now.unvouched
      case .agreed, .kernel, .cloud, .wrong, .unknown: now
      }
    }

    /// What it means, for the documentation.
    public var help: String {
      switch self {
      case .agreed: "kernel and cloud say that it is right"
      case .kernel: "the kernel says so; the cloud has told no time"
      case .cloud: "the cloud says so; the kernel does not vouch for it"
      case .doubted: "the kernel says so, and one answer of the cloud the contrary: the next one decides"
      case .contradicted: "the kernel says so, and the cloud the contrary: one of them is wrong"
      case .wrong: "the cloud says that it is wrong, and the kernel does not vouch for it"
      case .unknown: "nobody has said anything yet"
      }
    }
  }

  /// The most that the host's clock and the cloud's may differ, beside what a comparison leaves open.
  public static let tolerance = Duration.seconds(5)
  /// The most that the wall clock may move against the monotonic one before a comparison is worth nothing.
  static let stepTolerance = Duration.seconds(2)
  /// How long the cloud's word counts: reports are an hour apart at most.
  private static let lifetime = Duration.seconds(2 * 3600)
  /// A clock drifts by less than one part in so many.
  private static let drift = 2000
  /// A `Date` outside the years 2020 to 2099 is no time: a box somewhere that has lost its clock.
  private static let plausible =
    WallTime(milliseconds: 1_577_836_800_000)..<WallTime(milliseconds: 4_102_444_800_000)

  /// What the cloud's clock showed.
  private struct Sample: Equatable, Sendable {
    let cloud: WallTime
    let at: MonotonicTime
    /// How far from `cloud` the truth may be.
    let uncertainty: Duration

    /// What it shows now.
    func now(at moment: MonotonicTime) -> WallTime { cloud + (moment - at) }

    func uncertainty(at moment: MonotonicTime) -> Duration {
      uncertainty + abs(moment - at) / ClockTrust.drift
    }

    func agrees(with other: Sample) -> Bool {
      abs(now(at: other.at) - other.cloud) <= ClockTrust.tolerance + uncertainty(at: other.at)
        + other.uncertainty
    }
  }

  private var witness: Sample?
  /// Two answers have said the same.
  private var isConfirmed = false
  /// The last answer, when it said something else than the one before.
  private var candidate: Sample?
  private var asked: (epoch: Int64, at: MonotonicTime)?

  init() {}

  /// A request goes out.
  mutating func ask(at now: Moment) { asked = (now.epoch, now.monotonic) }

  /// An answer of the cloud has come. `Date` counts whole seconds, so half a second is its middle. A clock that
  /// stepped while the request was under way was compared with nothing.
  mutating func learn(from answer: CloudAnswer, at now: Moment) {
    guard let date = answer.date, ClockTrust.plausible.contains(date) else { return }
    let age = now.wall - answer.hostTime
    guard abs(age) <= .seconds(900) else { return }
    var uncertainty = Duration.milliseconds(500)
    if let asked {
      if abs(.milliseconds(now.epoch - asked.epoch)) > ClockTrust.stepTolerance { return }
      uncertainty += max(.zero, now.monotonic - asked.at) / 2
    }
    hear(Sample(cloud: date + .milliseconds(500) + age, at: now.monotonic, uncertainty: uncertainty), at: now)
  }

  private mutating func hear(_ sample: Sample, at now: Moment) {
    guard let known = current(at: now.monotonic) else {
      (witness, isConfirmed, candidate) = (sample, false, nil)
      return
    }
    let isAgain = known.agrees(with: sample) || candidate?.agrees(with: sample) == true
    // One that nobody has confirmed yet gives way to one that the host's own clock confirms.
    let isHosts = !isConfirmed && abs(now.wall - sample.cloud) <= ClockTrust.tolerance + sample.uncertainty
    guard isAgain || isHosts else {
      candidate = sample
      return
    }
    (witness, isConfirmed, candidate) = (sample, true, nil)
  }

  private func current(at now: MonotonicTime) -> Sample? {
    witness.flatMap { abs(now - $0.at) <= ClockTrust.lifetime ? $0 : nil }
  }

  /// What the cloud's clock shows now, and how far from that the truth may be; nil while it has told no time.
  public func cloudTime(at now: Moment) -> (time: WallTime, uncertainty: Duration)? {
    current(at: now.monotonic).map { ($0.now(at: now.monotonic), $0.uncertainty(at: now.monotonic)) }
  }

  /// The host's clock less the cloud's, to half a second at best; nil while the cloud has told no time.
  public func offset(at now: Moment) -> Duration? { cloudTime(at: now).map { now.wall - $0.time } }

  /// What the witnesses say now.
  public func verdict(at now: Moment) -> Verdict {
    guard let cloud = cloudTime(at: now) else { return now.kernelSynchronised ? .kernel : .unknown }
    let offset = abs(now.wall - cloud.time)
    guard now.kernelSynchronised else { return offset <= ClockTrust.tolerance ? .cloud : .wrong }
    if offset <= ClockTrust.tolerance + cloud.uncertainty { return .agreed }
    return isConfirmed ? .contradicted : .doubted
  }

  /// Whether the clock is trusted now.
  func isTrusted(at now: Moment) -> Bool { verdict(at: now).isTrusted }

  /// The latest that it may be now: by the cloud's clock, and by the host's where that is all there is.
  func latest(at now: Moment) -> WallTime {
    cloudTime(at: now).map { $0.time + $0.uncertainty } ?? now.wall
  }

  /// A moment that is not later than the cloud's own time, however its clock is compared: `label`, unless it lies ahead of
  /// all that the cloud's clock may show now.
  func bounded(_ label: WallTime, at now: Moment) -> WallTime {
    guard let cloud = cloudTime(at: now), label > cloud.time + cloud.uncertainty else { return label }
    return cloud.time - cloud.uncertainty
  }
}
