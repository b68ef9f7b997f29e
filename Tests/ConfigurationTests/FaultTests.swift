import Configuration
import Testing

@Suite struct FaultTests {
  @Test(arguments: [
    // Names.
    ("[clod]\nurl = x", "one4alld.conf:1: unknown section [clod]; did you mean [cloud]?"),
    ("[Reader]", "one4alld.conf:1: unknown section [Reader]; did you mean [reader]?"),
    (
      "[network]\nhost = x",
      "one4alld.conf:1: unknown section [network]; there are [reader] [cloud] [device] [passings] [store] [control]"
        + " [log]"
    ),
    (
      "[reader]\npoll_intervall = 10s",
      "one4alld.conf:2: unknown key 'poll_intervall' in [reader]; did you mean 'poll_interval'?"
    ),
    (
      "[reader]\nBaud-Rate = 9600",
      "one4alld.conf:2: unknown key 'Baud-Rate' in [reader]; did you mean 'baud_rate'?"
    ),
    (
      "[reader]\nurl = https://a.example",
      "one4alld.conf:2: 'url' does not belong to [reader]; it belongs to [cloud]"
    ),
    (
      "[log]\nheartbeat_intervall = 10s",
      "one4alld.conf:2: unknown key 'heartbeat_intervall' in [log]; did you mean 'heartbeat_interval'?"
        + " It belongs to [cloud]"
    ),
    ("[log]\ncolour = yes", "one4alld.conf:2: unknown key 'colour' in [log]; there are level"),
    ("port = /dev/ttyS0", "one4alld.conf:1: 'port' stands before any section; put it below [reader]"),
    (
      "colour = blue",
      "one4alld.conf:1: 'colour' stands before any section; a section is opened by '[name]'"
    ),
    (
      "[reader]\nport = /dev/a\n\nport = /dev/b",
      "one4alld.conf:4: port is set twice in this file; first in line 2"
    ),
    // Values.
    (
      "[reader]\nport =",
      "one4alld.conf:2: port: a value is missing; it takes a port, /dev/… or tcp://HOST[:PORT]"
    ),
    (
      "[reader]\nport = COM3",
      "one4alld.conf:2: port: 'COM3' is not a port; write /dev/… or tcp://HOST[:PORT]"
    ),
    (
      "[reader]\nport = /dev/ttyS0 # left",
      "one4alld.conf:2: port: '/dev/ttyS0 # left' has a '#' in it; a comment needs a line of its own"
    ),
    (
      "[reader]\nbaud_rate = 115201",
      "one4alld.conf:2: baud_rate: '115201' is not a standard rate; one of 1200, 2400, 4800, 9600, 19200, 38400,"
        + " 57600, 115200, 230400, 460800, 921600"
    ),
    ("[reader]\npoll_interval = 500ms", "one4alld.conf:2: poll_interval: '500ms' is too short; at least 1s"),
    ("[cloud]\nheartbeat_interval = 2h", "one4alld.conf:2: heartbeat_interval: '2h' is too long; at most 1h"),
    ("[reader]\ndtr = perhaps", "one4alld.conf:2: dtr: 'perhaps' is neither yes nor no"),
    (
      "[reader]\ntime_zone = Europe/Atlantis",
      "one4alld.conf:2: time_zone: 'Europe/Atlantis' is no time zone; write it like"
        + " Europe/Madrid (`timedatectl list-timezones`) or GMT-06:00"
    ),
    (
      "[cloud]\nheartbeat_request = GET /devices",
      "one4alld.conf:2: heartbeat_request: 'GET /devices' is not a request; write PATCH, PUT or POST and a path,"
        + " e.g. PATCH /devices/{deviceid}"
    ),
    ("[log]\nlevel = waring", "one4alld.conf:2: level: 'waring' is not a level; did you mean 'warning'?"),
    (
      "[store]\ndirectory = state",
      "one4alld.conf:2: directory: 'state' is not an absolute path; it begins with /"
    ),
    ("[device]\ntype = \"One4All\"", "one4alld.conf:2: type: write the value without quotation marks"),
    ("[control]\ngroup = a group", "one4alld.conf:2: group: 'a group' is not the name of a group"),
    ("[cloud]\nca_file = /nowhere/ca.pem", "one4alld.conf:2: ca_file: there is no file /nowhere/ca.pem"),
    ("[cloud]\napi_key_file = /nowhere/key", "one4alld.conf:2: api_key_file: there is no file /nowhere/key"),
  ])
  func eachFaultIsToldWithItsPlace(text: String, message: String) {
    #expect(problems(text) == [message])
  }

  @Test func allFaultsAreToldAtOnceInTheOrderOfTheLines() {
    let text = """
      port = /dev/ttyS0
      [reader]
      baud_rate = fast
      no separator here
      [colud]
      anything = 1
      [log]
      level = loud
      """
    #expect(problems(text).map { $0.prefix { $0 != " " } } == [1, 3, 4, 5, 8].map { "one4alld.conf:\($0):" })
  }

  @Test(arguments: [
    "[cloud]\napi_key = ror-5ecret", "[cloud]\nAPI-Key: ror-5ecret", "[reader]\napikey = ror-5ecret",
    "x-api-key = ror-5ecret", "[cloud]\napi_key_file = ror-5ecret", "[cloud]\nauth_header = ror-5ecret",
    "[cloud]\nror-5ecret = x", "[cloud]\nror-5ecret", "[cloud]\nurl = https://me:ror-5ecret@cloud.example",
    "[cloud]\nproxy = http://me:ror-5ecret@proxy.example", "[cloud]\napi_keyfile = ror-5ecret",
  ])
  func noErrorRepeatsASecret(text: String) {
    let messages = problems(text)
    #expect(messages.count == 1)
    #expect(!messages.joined().contains("5ecret"))
  }

  @Test func aKeyInTheFileIsToldWhereItBelongs() {
    #expect(
      problems("[cloud]\napi_key = ror-5ecret") == [
        "one4alld.conf:2: 'api_key': a secret does not belong in this file; write the key into a file of its own,"
          + " chmod 600 it, and name that file in api_key_file below [cloud]"
      ])
  }
}
