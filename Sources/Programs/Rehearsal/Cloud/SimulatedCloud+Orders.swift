import JSONDocument

extension SimulatedCloud {
  /// Reads a command and carries it out.
  public mutating func tell(_ command: String) -> CloudReply {
    do throws(CloudOrderError) {
      return carryOut(try CloudOrder(command))
    } catch {
      return .refused(error.description)
    }
  }

  /// Carries out an order.
  public mutating func carryOut(_ order: CloudOrder) -> CloudReply {
    switch order {
    case .add(let fault):
      faults.list.append(fault)
      return .done("faults: \(faults.list.count)")
    case .stopDelays:
      faults.list.removeAll { if case .slow = $0.kind { true } else { false } }
      return .done("no delays")
    case .portal(let isOn):
      faults.hasPortal = isOn
      return .done(isOn ? "captive portal" : "no captive portal")
    case .redirect(let address):
      faults.redirect = address
      return .done(address.map { "redirects to \($0)" } ?? "no redirect")
    case .unbind(let name): return unbind(name)
    case .closeSession(let name): return closeSession(named: name)
    case .edit(let name, let edit): return change(name, edit)
    case .heartbeatRoute(let status):
      faults.heartbeatStatus = status
      return .done("PATCH /devices/{deviceid} " + (status.map { "answers \($0)" } ?? "works"))
    case .envelope(let envelope):
      settings.envelope = envelope
      return .done("envelope \(envelope.rawValue)")
    case .spoil(let spoiling, let name, let number): return spoil(spoiling, name, number)
    case .emptyLists(let answer):
      settings.emptyLists = answer
      return .done("empty lists: \(answer.rawValue)")
    case .date(let header):
      faults.date = header
      return .done("the Date header is set")
    case .key(let key, let access):
      settings.keys[key] = access
      return .done(access.map { "the key has \($0.name)" } ?? "the key is gone")
    case .errorBody(let style):
      faults.errorBody = style
      return .done("error bodies: \(style.rawValue)")
    case .unknownFields:
      faults.fields.hasUnknown = true
      return .done("answers carry fields that nobody knows")
    case .nullFields(let names):
      faults.fields.null.formUnion(names)
      return .done("null: \(faults.fields.null.sorted().joined(separator: " "))")
    case .missingFields(let names):
      faults.fields.missing.formUnion(names)
      return .done("missing: \(faults.fields.missing.sorted().joined(separator: " "))")
    case .goodFields:
      faults.fields = CloudFieldFaults()
      return .done("the fields are good")
    case .recover:
      faults = CloudFaults()
      return .done("no faults")
    case .requests(let count): return .document(log.requests(last: count))
    case .clearRequests:
      log.clearEntries()
      return .done("no requests")
    case .misuse: return .document(log.misuse)
    case .clearMisuse:
      log.clearMisuses()
      return .done("no misuse")
    case .devices: return .document(deviceOverview)
    case .sessions: return .document(sessionOverview)
    case .passings(let token):
      return passingOverview(token: token).map { .document($0) } ?? .refused("no session '\(token ?? "")'")
    }
  }

  private mutating func unbind(_ name: String) -> CloudReply {
    guard let device = device(named: name) else { return .refused("no device '\(name)'") }
    remove(device: device.deviceid)
    return .done("unbound \(device.deviceid)")
  }

  private mutating func closeSession(named name: String) -> CloudReply {
    let token =
      sessions[name]?.token
      ?? device(named: name).flatMap { sessions(of: $0.deviceid).first(where: \.isActive)?.token }
    guard let token, sessions[token]?.isActive == true else {
      return .refused("no active session of '\(name)'")
    }
    sessions[token]?.isActive = false
    return .done("closed \(token)")
  }

  private mutating func spoil(_ spoiling: CloudSpoiling, _ name: String, _ number: Int64) -> CloudReply {
    guard let device = device(named: name) else { return .refused("no device '\(name)'") }
    let holder = sessions(of: device.deviceid).last { $0.passings[number] != nil }
    guard let holder, let passing = holder.passings[number] else {
      return .refused("the device has no passing \(number)")
    }
    switch spoiling {
    case .missing: sessions[holder.token]?.remove(number)
    case .twice:
      sessionsMade += 1
      let token = RehearsalRandom.digest("session \(sessionsMade)", seed: settings.seed, digits: 32)
        .lowercased()
      var second = CloudSession(
        token: token, deviceid: device.deviceid, alias: holder.alias, createdAt: holder.createdAt)
      second.isActive = false
      second.keep(passing)
      sessions[token] = second
      sessionOrder.append(token)
    case .other:
      var fields = passing.fields
      fields["chip"] = "XX99999"
      sessions[holder.token]?.keep(CloudPassing(number: number, timestamp: passing.timestamp, fields: fields))
    }
    return .done("passing \(number): \(spoiling.rawValue)")
  }

  private mutating func change(_ name: String, _ edit: CloudEdit) -> CloudReply {
    guard var device = device(named: name) else { return .refused("no device '\(name)'") }
    switch edit {
    case .firmware(let firmware): device.firmware = firmware
    case .model(let model): device.model = model
    case .alias(let alias): device.alias = alias
    case .serialNumber(let serialNumber): device.serialNumber = serialNumber
    case .lastSeen(let time): device.lastSeen = time
    }
    devices[device.deviceid] = device
    return .done("changed \(device.deviceid)")
  }
}
