import AgentCore
import AgentStore
import ControlSocket
import JSONDocument

// What followers ask: docs/control.md, "Changes".
extension Daemon {
  /// The longest that an answer about changes waits for one.
  private static let longestWait: Int64 = 20

  func changes(_ request: ControlRequest) throws(RequestError) -> ControlAnswer {
    let limit = Int(clamping: try request.whole("limit", from: 1) ?? Int64(PassingView.changeLimit))
    let wait = min(try request.whole("wait", from: 0) ?? 0, Daemon.longestWait)
    let named = try request.text("after")
    if named == "now" {
      let cursor = try view { (view) throws(StoreError) in try view.lastChange() }
      return .now(ChangeDocument.document(of: ChangePage(cursor: cursor)))
    }
    guard let cursor = ChangeCursor(named ?? "0") else {
      throw RequestError(
        "'after' is 'now', or the 'cursor' of a former answer; '\(named ?? "")' is neither: leave it out to begin with "
          + "the first change")
    }
    let page = try view { (view) throws(StoreError) in try view.changes(after: cursor, limit: limit) }
    if page.changes.isEmpty, !page.isRestarted, wait > 0, request.mayWait { return .later(.seconds(wait)) }
    return .now(ChangeDocument.document(of: page))
  }
}
