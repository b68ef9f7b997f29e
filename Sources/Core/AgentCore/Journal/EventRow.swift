// What is registered of an event, beside its name.
extension EventName {
  /// What is registered of an event.
  struct Row {
    let messageID: String
    let priority: LogPriority
    let meaning: String
    let remedy: String
    /// Problems of the same part and thing that it is but a lesser form of: it is not shown beside them.
    let follows: [EventName]
    /// The part that says whether it is to be shown, where several know of it.
    let judge: Problems.Part?
    /// When it is wrong by the reader's status; nil where a part says so.
    let rule: StatusRule?

    init(
      _ messageID: String, _ priority: LogPriority, _ meaning: String, remedy: String,
      follows: [EventName] = [], judge: Problems.Part? = nil, rule: StatusRule? = nil
    ) {
      self.messageID = messageID
      self.priority = priority
      self.meaning = meaning
      self.remedy = remedy
      self.follows = follows
      self.judge = judge
      self.rule = rule
    }
  }
}
