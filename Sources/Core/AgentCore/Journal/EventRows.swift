import One4AllProtocol

// The catalogue: what is registered of each event.
extension EventName {
  var row: Row {
    switch self {
    case .daemonStarted:
      Row(
        "1db6e8fadd4c2bbf7043e98ef32a071a", .notice, "the daemon has started",
        remedy: "the daemon is up and works")
    case .daemonStopping:
      Row(
        "ff8a090d05e5a788ebdb86f97ad19699", .notice, "the daemon ends",
        remedy: "a signal asked it to end; what must be kept is kept")
    case .settingsReloaded:
      Row(
        "4899a7928aab22fa26c58ca13f6247a2", .notice, "new settings are in force",
        remedy: "SIGHUP, and the files are right")
    case .settingsRefused:
      Row(
        "ba14a559fc6692caa8b4542f43e3909a", .error, "the new settings are wrong; the old ones stay",
        remedy: "read the places named, mend the file, reload again")
    case .readerConnected:
      Row(
        "6b9192940c76aee0705f99a5281fb10d", .notice, "a reader is there and has said who it is",
        remedy: "")
    case .readerAbsent:
      Row(
        "665015ab8f48e1658bdf2849bbec8d02", .warning,
        "the port does not exist, or its network address does not answer",
        remedy:
          "plug the cable in; `one4allctl ports` shows what is there, `port` in the configuration is what is asked"
      )
    case .readerBusy:
      Row(
        "969a11e8459889c08e8d5eaef580d663", .warning, "another process holds the port",
        remedy: "end that process")
    case .readerUnusable:
      Row(
        "486ea272164afe57641655198b987b13", .error, "the port cannot be opened",
        remedy: "the message names the call that failed")
    case .readerSilent:
      Row(
        "4c67b2d44e92666c48655a6b2f74ab37", .warning, "the port is open and nothing valid is heard",
        remedy: "is the reader switched on, is the baud rate right")
    case .readerForeign:
      Row(
        "ba8b37b7bff8e065cd2a109c48cbaf83", .warning, "something speaks on the port, but not this protocol",
        remedy: "wrong device or wrong baud rate; the message shows a few bytes")
    case .readerLost:
      Row(
        "7394fa55529b944113e4a717d35b0ff0", .warning, "the line to the reader went away",
        remedy: "it is opened again by itself")
    case .readerChanged:
      Row(
        "5885c8093232d7634b81c2b8275c9537", .notice, "the reader's firmware, model or session changed",
        remedy: "")
    case .readerSwapped:
      Row(
        "1b782b5a2a2314339ad63c71e1b1e816", .warning, "another reader is on the port now",
        remedy: "it gets a device of its own; the former one's last_seen stops")
    case .readerRefused:
      Row(
        "d0fd2354f5164f0dd47a4d9f0a481013", .warning, "the reader did not answer a command, or refused it",
        remedy: "it is asked again by itself; if it lasts, note the command and the reader's firmware")
    case .readerUnclear:
      Row(
        "424f05c3d8cf7dbd7cee6f458835c646", .warning,
        "a reply of the reader could be read in part only; what could be read is used",
        remedy:
          "note the message and the reader's firmware; a file that is left out can be copied and imported")
    case .filesUnlisted:
      Row(
        "891c94f500794e4b9dbb4116fa2fec37", .error,
        "the reader does not list all its session files: those that it began unheard are not fetched",
        remedy: "copy them from the reader and give them to `one4allctl import`; it is asked again by itself")
    case .filesEarlier:
      Row(
        "9827a63b7c2d48ad86271709354c041e", .warning,
        "a reader that is new here began session files shortly before, and they are not fetched",
        remedy: "nothing, unless they are of this event: `one4allctl audit --session FILE` fetches one")
    case .deviceBound:
      Row(
        "3ccee3b3cb825f272b2b29e2a7992660", .notice, "the reader is a device of the cloud now",
        remedy: "")
    case .deviceDiffers:
      Row(
        "8a64b22c61556f12f60f5448feb959a0", .warning, "reader and cloud differ in a field",
        remedy: "it is reported again until it is gone")
    case .deviceAgrees:
      Row(
        "05c92cca5601d8beea1ebde05fc55274", .notice, "reader and cloud agree",
        remedy: "")
    case .deviceUnverified:
      Row(
        "398d91a2d6850b4a0d714a6db0de72c7", .notice,
        "the key may not read the device: reports go out unverified",
        remedy: "a READ_WRITE key would let the agent verify")
    case .deviceConflict:
      Row(
        "2eee0ffca7141bec2b68436d3166aef6", .alert,
        "the cloud's device belongs to another serial number; nothing is sent",
        remedy: "a person must decide: unbind in the cloud, or `one4allctl bind`")
    case .deviceUnbound:
      Row(
        "4bb3ebf06d32ab5bf08654259432a022", .alert,
        "a person removed the device from the cloud; nothing is sent",
        remedy: "`one4allctl bind` binds it again, or set `rebind = yes`")
    case .reportRoute:
      Row(
        "0328a64ae53327dd2ee4f1b3b9395e93", .notice, "which request reports the device",
        remedy: "said once; the other route answered that it does not exist")
    case .cloudFailing:
      Row(
        "6cb95f5ec1d1048879f1035634a09274", .warning, "the cloud cannot be reached or fails",
        remedy: "it is tried again with growing waits, or when the cloud asks for it; nothing is lost")
    case .cloudRecovered:
      Row(
        "3ca3243ce666538164d802451ba88b75", .notice, "the cloud answers again",
        remedy: "")
    case .cloudKeyRefused:
      Row(
        "75a443b315e6a5ec6de28adada30459d", .alert, "the cloud refuses the key",
        remedy: "check the key and its access type")
    case .clockUntrusted:
      Row(
        "3dad219e7bdcec56d10f73f8e8a06019", .warning,
        "the host's clock is not to be trusted; last_seen is not reported",
        remedy: "set the clock or let it be synchronised")
    case .clockContradicted:
      Row(
        "b1f7d2a45c8e4a0d9e63f5087a21cc94", .alert,
        "the kernel calls the host's clock synchronised, and the cloud's clock shows another time; last_seen is not reported",
        remedy:
          "compare both with a watch; `timedatectl timesync-status` or `chronyc sources` names the host's time server;"
          + " if the cloud is wrong, tell its operator")
    case .clockTrusted:
      Row(
        "35cd56d71ab81129fcff1211c794709c", .notice, "the host's clock is trusted",
        remedy: "")
    case .batteryLow:
      Row(
        "7c1f0d6be94a4a52b8e3c90f5d2761ab", .warning, "the reader runs on its battery, which is nearly empty",
        remedy: "connect mains or change the battery",
        rule: StatusRule(
          begins: { $0.mainsPower == false && ($0.batteryPercent ?? 100) <= 15 },
          ends: { $0.mainsPower == true || ($0.batteryPercent ?? 0) >= 20 },
          words: { status in
            let charge = status.batteryPercent.map { "at \($0) percent" } ?? "low"
            return "the reader runs without mains, and its battery is \(charge)"
          },
          recovery: "the reader has power again: mains, or a battery of 20 percent"))
    case .readerClock:
      Row(
        "5de0af9a69d14710d5ffb16c8eb93aad", .alert,
        "the reader's clock is off by more than `clock_warning`: passings get wrong times",
        remedy:
          "set the reader's clock, or `set_reader_clock = when-stopped`; an offset of hours is a wrong zone")
    case .readerClockJumped:
      Row(
        "83d3e3bcdb698641dd80c195858bbea4", .alert,
        "the reader's clock shows another time than it would have gone on to; its passings wait, or are sent as they are",
        remedy:
          "set the reader's clock right; `one4allctl release` sends what waits, `on_clock_jump = send` all, as it is"
      )
    case .readerClockSet:
      Row(
        "26edb81ca0a5193947c23cb16f3259c8", .notice, "the reader's clock was set, or the reader refused that",
        remedy: "`set_reader_clock` asks for it; it is done while the reader is stopped only")
    case .storeDamaged:
      Row(
        "9b38fb3edc8e732a5d4136775ce74f46", .alert,
        "the state database was damaged and set aside; shown for 12 hours, whatever came of it",
        remedy:
          "the disk may be worn out: put another one in after the event. Keep the file named; a new one is in use, "
          + "and what the reader still has is fetched from it")
    case .storeVanished:
      Row(
        "0dd7f57ff4fd43f6854c5f4705fe6c22", .alert,
        "the state database or its folder was taken away while the agent was at work; shown for 12 hours",
        remedy:
          "find out who removed or replaced it; a new one is in use, and nothing has to be done about passings"
      )
    case .storeFailing:
      Row(
        "f7f52ea75e77dee3e4f3c736685b7325", .alert, "bindings or passings cannot be written",
        remedy: "disk full or read-only: mend it soon, passings wait in memory until then")
    case .storeRecovered:
      Row(
        "e3ebac93262dc0c4e754918b61ca891f", .notice, "bindings and passings are written again",
        remedy: "")
    case .diskLow:
      Row(
        "11d5618f1c4a42f1a2e80e5d292c92e8", .warning,
        "the disk has less room than `min_free`; passings that the cloud has are removed from it",
        remedy: "make room on the disk, or lower [store] min_free")
    case .diskFull:
      Row(
        "cebfac0ffae14e1c9666885f1cc46fae", .alert,
        "the disk has less room than `min_free`, and all that is left still waits for the cloud",
        remedy: "make room on the disk now: passings may not be kept any more")
    case .diskEnough:
      Row(
        "fb7336026b0246a4af3cecb069b53118", .notice, "the disk has room again",
        remedy: "")
    case .backupFailing:
      Row(
        "ba0fa4bad8e0461191b91fb2bce1b6b8", .warning,
        "the plain backup beside the store cannot be written; the store itself is",
        remedy: "look at the folder `backup` in [store] directory")
    case .controlFailing:
      Row(
        "02476ed783a5cf9dc5adeb2b44d2bcad", .warning, "the control socket cannot be served",
        remedy: "`one4allctl status` does not work until it is mended")
    case .sessionStarted:
      Row(
        "58e881d5dc111aca897da6a0df8796fb", .notice,
        "passings go to a session file that was not known before",
        remedy: "")
    case .sessionUnknown:
      Row(
        "a30189b621e4c6d89877a212cc81a2a3", .error,
        "the reader reads, but does not name its session file; passings are kept raw",
        remedy: "send NEWFILE to the reader, or restart it")
    case .gapFound:
      Row(
        "76af00fcea804d33a59ebf1be20e7d9a", .warning,
        "passings that the reader has are missing; they are fetched by their numbers",
        remedy: "nothing as a rule; if it lasts, the line is bad: look at cable and plug")
    case .gapFilled:
      Row(
        "457e159dad4fbd05112d79cf22edefc4", .notice, "no passing of the session file is missing any more",
        remedy: "")
    case .passingsLost:
      Row(
        "4e06505702338fa02b5cf5cea859af81", .alert,
        "the reader has given out numbers and has their passings no more",
        remedy: "compare with the reader's own backup (USB); `one4allctl import` takes it", judge: .accounts)
    case .passingsUnconfirmed:
      Row(
        "18738cbf3894e57f8c633f99825e9c00", .error,
        "passings wait for the reader's memory to confirm them, for minutes",
        remedy: "look at cable and plug; `one4allctl release --reader SERIAL` sends them as they were heard")
    case .memoryRefused:
      Row(
        "e581748247b5241b981a4808526d373d", .error,
        "the reader does not list passings: they can be neither confirmed nor fetched",
        remedy: "it is asked again every minute; note the reader's firmware")
    case .passingUnknownForm:
      Row(
        "b07c1a93d2e84f5f8a6be1d06d1f4c27", .warning,
        "a line is like a passing, but has neither 8 fields nor 13; told once of each firmware",
        remedy:
          "`one4allctl passings --doubtful` shows such lines; one alone is damage of the line, many are a firmware that is not known: report it with a line"
      )
    case .captureOverflow:
      Row(
        "875a5cfcc1fb14ff534b43f549626945", .alert,
        "the memory for waiting passings is full, or more comes from the line than the agent can take",
        remedy:
          "mend the disk, or what speaks on the line; the reader still has the passings, and they are fetched"
      )
    case .passingsWrong:
      Row(
        "0101d793957f40a99375af8f27d2e52a", .alert,
        "the cloud has passings of a session file otherwise than the reader's memory",
        remedy:
          "correct the results: `one4allctl differences` names them; those of another zone `zone-corrected` in the journal"
      )
    case .passingDiffers:
      Row(
        "6f79d56dfa7293d13069bc3ed7e429be", .warning,
        "the reader's memory says otherwise than what was stored; what it has is taken, what it lacks is kept and sent",
        remedy:
          "an alert when the cloud was sent another time or chip: correct the results; `one4allctl differences` names all"
      )
    case .auditDone:
      Row(
        "e08a72bdd370dd829176c4e7e49730de", .notice,
        "all of a session file was compared with the reader's memory",
        remedy: "")
    case .passingsUndecided:
      Row(
        "2e5159b076a7a199629a78a46a7183db", .alert,
        "passings wait for a person's decision: the reader's clock had jumped when it stamped them",
        remedy:
          "`one4allctl passings` shows them; `one4allctl release --session FILE` sends them with the times that they have"
      )
    case .timeGuessed:
      Row(
        "2569138103adb76cd8812f4592021b38", .warning,
        "of a passing in the hour that comes twice nothing says in which: its UTC is a guess",
        remedy: "`one4allctl passings` marks such passings; compare them with those beside them")
    case .zoneCorrected:
      Row(
        "d0bea00d46b06fa74c96617bc3524aa3", .notice,
        "stored passings follow a corrected `time_zone`, or the host's clock once it is trusted",
        remedy:
          "an alert names those that were sent before: correct the results, or delete them in the cloud and `one4allctl resend`"
      )
    case .timeZoneUnknown:
      Row(
        "7c1a908f4769d26db896fc05819f5eef", .alert,
        "the zone of the reader's wall clock is not known; passings are kept raw",
        remedy: "set `time_zone`; they are then fetched from the reader")
    case .cloudSessionOpened:
      Row(
        "37bc6c7899ce9f5d112f96f5286d0d2c", .notice, "a session file has its cloud session",
        remedy: "")
    case .cloudSessionClosed:
      Row(
        "c5a22a3b189dd54b68e6c52502fb9cea", .alert,
        "the cloud takes no more passings for a session file; they wait",
        remedy: "decide: `on_closed_session = new` and a reload send what waits to a new cloud session")
    case .forwardFailing:
      Row(
        "ebb2046182e4b7514e07dc6f2111c105", .warning, "passings cannot be sent for now",
        remedy: "they wait on disk and are sent again with growing waits; nothing is lost")
    case .forwardRecovered:
      Row(
        "4e4c6739b942bdf59dc4e317368822b5", .notice, "passings are taken again",
        remedy: "")
    case .forwardHeld:
      Row(
        "bcf243bc5c7da7698184de8896c37596", .alert,
        "the passings of a session file are held: the cloud refuses them or their session, or counts too few",
        remedy: "read the reason; tried again at the time that is named, and after a reload")
    case .forwardUnverified:
      Row(
        "13729c9bf1cdd0b1c6814ebffba7fd90", .notice,
        "the key may not read passings: the cloud's count cannot be held against ours",
        remedy: "a READ_WRITE key would let the agent verify")
    case .passingRejected:
      Row(
        "e7a93f75ce8a37583e53676433ef2941", .error, "the cloud refuses one passing; it is set aside",
        remedy: "`one4allctl passings --rejected` shows it")
    case .passingsRejected:
      Row(
        "2b3073e83f084f7e87807e3ad9e283fb", .error,
        "passings of a session file are not in the cloud, as it has refused them",
        remedy: "`one4allctl passings --rejected` says why; `one4allctl resend` sends them again")
    case .backlogOld:
      Row(
        "07cc3127b3df4b3b9d853563882a0d9a", .error, "passings have waited for the cloud for a minute",
        remedy:
          "read why, and until when; is the network there; `one4allctl ledger` says what holds a session file"
      )
    case .backlog:
      Row(
        "285a4e9e1c43c26e29a356ca9b4c3e80", .warning,
        "1,000 passings wait for the cloud, or one for half a minute",
        remedy: "nothing is lost; is the network there", follows: [.backlogOld])
    case .backlogDrained:
      Row(
        "767c2d63eae08f1b61f9e5ce343778b2", .notice, "the passings that waited are in the cloud",
        remedy: "")
    case .cloudCountDiffers:
      Row(
        "7785f7034a55697a8e1f2594263a09dc", .warning,
        "the cloud's passings of a session file are not those that were acknowledged",
        remedy: "what is missing is sent again; what is too many is left")
    case .cloudCountAgrees:
      Row(
        "7d13bcde1ed63ad74c515f496959844b", .notice, "the cloud has all passings of a session file again",
        remedy: "")
    case .cloudAuditDiffers:
      Row(
        "5f0c9d1e6a8b47d2b3c4e7f81a2d6095", .error,
        "the cloud lacks acknowledged passings of a session file, has some twice, or has them otherwise",
        remedy: "do what the message says; `one4allctl audit --cloud` compares again, and so does the agent")
    case .cloudAuditDone:
      Row(
        "c27b1e94d05f4a3e8d6b90f3a7e51c48", .notice,
        "all acknowledged passings of a session file are in the cloud, each once",
        remedy: "")
    }
  }
}
