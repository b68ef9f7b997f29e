"""The system test: the daemon as a service on a Debian of its own, a serial adapter, a reader and a cloud.

Usage: system_test.py GUEST BINARIES LOGS (scripts/system-test makes and knows them).
Ends with 0 only if everything held.
"""

import http.client
import json
import pathlib
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import tarfile
import tempfile
import time

from machine import Cable, Failure, Machine, start, stop, until

PROJECT = pathlib.Path(__file__).resolve().parents[2]

SERIAL_NUMBER, MODEL, FIRMWARE = "O4A-00150", "One4All 5 PRO", "1.0.1"
ADAPTER, OTHER_ADAPTER = "READERFTDI", "OTHERFTDI"
PORT = f"/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_{ADAPTER}-if00-port0"

# Seconds. An emulated machine is slow, and this one may share two cores with a build.
BOOT, COMMAND, NOTICE, RECOVERY = 120, 30, 30, 60

CONFIGURATION = """\
[reader]
port = {port}
poll_interval = 2s
silence_timeout = 5s

[cloud]
url = https://{address}:{cloud_port}/v0
ca_file = /etc/one4all/ca.pem
heartbeat_interval = 2s
"""


class Log:
    """What happened, when: on stdout and in a file."""

    def __init__(self, file):
        self.file, self.began = file.open("w"), time.monotonic()

    def __call__(self, message):
        now = time.time()
        clock = time.strftime("%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03}Z"
        for line in message.splitlines():
            line = f"{clock} {time.monotonic() - self.began:6.1f} s  {line}"
            print(line, flush=True)
            print(line, file=self.file, flush=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def make_certificates(folder):
    """A certificate authority of this run's own, and a server that it vouches for."""

    def openssl(*arguments):
        result = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True)
        if result.returncode != 0:
            raise Failure(f"openssl {arguments[0]}: {result.stderr}")

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=System test CA",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", "-new", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=System test cloud")
    (folder / "server.ext").write_text(
        f"subjectAltName=IP:{Machine.GUEST_ADDRESS},IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.pem", "-days", "2", "-extfile", "server.ext")


def make_payload(folder, binaries, key, cloud_port):
    """A tar file of what scripts/install installs, with this run's settings; the machine sees it as a disk."""
    root = folder / "payload"
    install = [PROJECT / "scripts/install", "--destdir", root, "--binaries", binaries, "--strip"]
    subprocess.run(install, check=True, stdin=subprocess.DEVNULL)
    settings = root / "etc/one4all"
    # The delivered sample stays as it is; a drop-in says what is different here.
    drop_ins = settings / "one4alld.conf.d"
    drop_ins.mkdir()
    (drop_ins / "system-test.conf").write_text(
        CONFIGURATION.format(port=PORT, address=Machine.GUEST_ADDRESS, cloud_port=cloud_port))
    (settings / "ca.pem").write_bytes((folder / "ca.pem").read_bytes())
    (settings / "api_key").write_text(key + "\n")
    (settings / "api_key").chmod(0o600)

    def owned_by_root(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    payload = folder / "payload.tar"
    with tarfile.open(payload, "w") as archive:
        archive.add(root, ".", filter=owned_by_root)
    return payload


class Cloud:
    """The simulated cloud, asked from this side."""

    def __init__(self, port, key, ca_file):
        self.port, self.key, self.tls = port, key, ssl.create_default_context(cafile=ca_file)

    def get(self, path):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=5)
        try:
            connection.request("GET", "/v0" + path, headers={"api_key": self.key})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        # That is how an empty list is answered, and its body is no JSON.
        if response.status == 404 and b"s not found" in text:
            return []
        if response.status != 200:
            raise Failure(f"the cloud answered {response.status} to GET {path}: {text[:200]!r}")
        document = json.loads(text)
        # Both envelopes are in use.
        document = document.get("body", document)
        return document.get("result", document)

    def devices(self):
        found = self.get("/devices?page=1&limit=100")
        return found if isinstance(found, list) else found["devices"]

    def answers(self):
        try:
            self.devices()
            return True, None
        except OSError as error:
            return False, error


class SystemTest:
    def __init__(self, log, machine, cloud, cable):
        self.log, self.machine, self.cloud, self.cable = log, machine, cloud, cable
        self.deviceid = None

    # What is seen.

    def status(self):
        result = self.machine.run("one4allctl --config /etc/one4all/one4alld.conf status --json", COMMAND)
        try:
            return json.loads(result.output)
        except json.JSONDecodeError:
            return {"unreadable": (result.output + result.errors).strip()}

    def expect_reader(self, state, seconds):
        def probe():
            status = self.status()
            return status.get("reader", {}).get("state") == state and status, status

        return until(f"the reader becomes {state}", seconds, probe)

    def expect_agreement(self, seconds):
        def probe():
            status = self.status()
            good = status.get("reader", {}).get("state") == "connected" \
                and status.get("device", {}).get("agrees") is True
            return good and status, status

        return until("reader and cloud agree", seconds, probe)

    def device(self):
        """The one device that the cloud may know."""
        devices = self.cloud.devices()
        if len(devices) != 1:
            raise Failure(f"the cloud should know one device, but knows {len(devices)}: {devices}")
        return self.cloud.get(f"/devices/{devices[0]['deviceid']}")

    def expect_heartbeat(self, seconds):
        """The device's last_seen moves on."""
        before = self.device()["last_seen"] or ""

        def probe():
            now = self.device()["last_seen"] or ""
            return now > before and now, now or "never"

        now = until("last_seen advances in the cloud", seconds, probe)
        self.log(f"heartbeat: last_seen is {now}")

    def tty(self, port=PORT):
        return self.machine.must(f"readlink -f {port}")

    # What is done.

    def plug(self, name="reader", chardev="reader", serial=ADAPTER):
        port = PORT.replace(ADAPTER, serial)
        if name == "reader":
            self.cable.plugged = True
        self.log(f"PLUGGED the {name}'s adapter ({serial})")
        self.machine.plug(name, chardev, serial)
        self.machine.must(f"udevadm wait --timeout={NOTICE} {port}", NOTICE + 5)
        self.log(f"the {name}'s adapter is {self.tty(port)}")
        return self.tty(port)

    def pull(self, name="reader", serial=ADAPTER):
        port = PORT.replace(ADAPTER, serial)
        self.log(f"PULLED the {name}'s adapter ({serial}, {self.tty(port)})")
        self.machine.unplug(name)
        if name == "reader":
            self.cable.plugged = False
        self.machine.must(f"udevadm wait --removed --timeout={NOTICE} {port}", NOTICE + 5)

    def expect(self, holds, what):
        if not holds:
            raise Failure(what)

    # The story.

    def install(self):
        self.machine.must("tar --extract --preserve-permissions --no-overwrite-dir --directory=/ --file=/dev/vdb")
        missing = self.machine.run("ldd /usr/bin/one4alld /usr/bin/one4allctl | grep 'not found'").output
        self.expect(not missing, f"the guest lacks libraries; add their packages to scripts/lib/guest-root:\n{missing}")
        self.machine.must("systemd-sysusers && systemctl daemon-reload && systemctl enable --now one4alld", 100)

    def first_contact(self):
        self.expect_reader("absent", NOTICE)
        self.log("the service runs; its reader is absent")
        self.plug()
        self.expect_reader("connected", RECOVERY)
        self.log("the reader is connected")
        status = self.expect_agreement(RECOVERY)
        self.deviceid = status["cloud"]["deviceid"]
        self.log(f"reader and cloud agree; deviceid {self.deviceid}")
        self.expect(PORT in status["reader"]["port"], f"the port should be {PORT}: {status['reader']['port']}")
        self.expect(status["reader"]["serial_number"] == SERIAL_NUMBER, f"another serial number: {status['reader']}")

        device = self.device()
        for field, value in (
            ("deviceid", self.deviceid), ("serial_number", SERIAL_NUMBER), ("model", MODEL), ("firmware", FIRMWARE),
        ):
            self.expect(device.get(field) == value, f"in the cloud {field} should be {value}: {device}")
        self.expect_heartbeat(RECOVERY)
        self.expect_heartbeat(RECOVERY)

    def cycle(self, number, tty, while_pulled=None):
        self.log(f"cycle {number} of 3")
        self.pull()
        self.expect_reader("absent", NOTICE)
        self.log("the reader is absent")
        if while_pulled:
            while_pulled()
        came_back_as = self.plug()
        self.expect(came_back_as == tty, f"the adapter should have come back as {tty}, not {came_back_as}")
        status = self.expect_agreement(RECOVERY)
        self.log("the reader is connected; reader and cloud agree")
        known = status["cloud"]["deviceid"]
        self.expect(known == self.deviceid, f"the deviceid was {self.deviceid} and is now {known}")
        self.expect(self.device()["deviceid"] == self.deviceid, "the cloud knows another device")
        self.expect_heartbeat(RECOVERY)
        self.expect(self.cable.ended is None, self.cable.ended)

    def last_words(self, key):
        state = dict(
            line.split("=", 1)
            for line in self.machine.must("systemctl show one4alld -p NRestarts -p MainPID -p ActiveState").split("\n"))
        self.expect(state["ActiveState"] == "active" and state["NRestarts"] == "0", f"the service restarted: {state}")
        memory = self.machine.must(f"grep VmRSS /proc/{state['MainPID']}/status").split()[1]
        self.log(f"the daemon holds {int(memory) / 1024:.1f} MB resident")
        journal = self.machine.must("journalctl --output=export")
        self.expect(key not in journal, "the cloud's key is in the journal")
        self.machine.must("systemctl stop one4alld")
        result = self.machine.must("systemctl show one4alld --value -p Result -p ExecMainStatus").split()
        self.expect(sorted(result) == ["0", "success"], f"the service did not end cleanly: {result}")
        self.log("the service ended cleanly")

    def run(self, key):
        self.machine.wait_until_up(BOOT)
        self.log("the machine is up")
        self.install()
        self.first_contact()
        self.cycle(1, tty="/dev/ttyUSB0")
        self.cycle(2, tty="/dev/ttyUSB1", while_pulled=lambda: self.plug("other", "nothing", OTHER_ADAPTER))
        self.cycle(3, tty="/dev/ttyUSB0", while_pulled=lambda: self.pull("other", OTHER_ADAPTER))
        self.last_words(key)


def show_outputs(log, logs):
    """The last lines of what stands round the daemon, for a run that failed."""
    for name in ("reader.txt", "cloud.txt", "qemu.txt"):
        lines = (logs / name).read_text(errors="replace").splitlines() if (logs / name).exists() else []
        for line in lines[-5:]:
            log(f"{name}: {line}")


def keep_evidence(machine, log, logs, failed):
    """Saves the guest's journal; on failure the daemon's lines are shown too."""
    if not machine.up:
        log(f"what the machine said while it booted is in {logs}/console.txt")
        return
    try:
        journal = machine.must("journalctl --boot --no-pager --output=short-iso-precise", COMMAND)
        (logs / "journal.txt").write_text(journal + "\n")
        if failed:
            lines = machine.must("journalctl --unit=one4alld --no-pager --output=short-iso-precise | tail -n 60", COMMAND)
            log("the daemon's last lines in the journal:\n" + lines)
    except (Failure, OSError) as error:
        log(f"the machine's journal could not be had: {error}")


def main(guest, binaries, logs):
    log, processes, machine, cable, failed = Log(logs / "log.txt"), [], None, None, True
    # The finally below must also run when somebody stops the test.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="one4all-system-test.") as folder:
        folder = pathlib.Path(folder)
        try:
            key = "ror-" + secrets.token_hex(16)
            reader_port, cloud_port = free_port(), free_port()
            make_certificates(folder)
            payload = make_payload(folder, binaries, key, cloud_port)

            def simulate(what, *arguments):
                output = (logs / f"{what}.txt").open("w")
                processes.append(start([binaries / "one4all-sim", what, *arguments], output))

            simulate("reader", "--tcp", reader_port, "--serial-number", SERIAL_NUMBER, "--model", MODEL,
                     "--firmware", FIRMWARE, "--started", "--rate", 2)
            simulate("cloud", "--port", cloud_port, "--tls-cert", folder / "server.pem",
                     "--tls-key", folder / "server.key", "--key", f"{key}:READ_WRITE", "--verbose")
            cloud = Cloud(cloud_port, key, folder / "ca.pem")
            until("the simulated cloud answers", 10, cloud.answers)

            def connect():
                try:
                    return socket.create_connection(("127.0.0.1", reader_port)), None
                except OSError as error:
                    return None, error

            reader = until("the simulated reader listens", 10, connect)
            log("reader and cloud are simulated; starting the machine")
            machine = Machine(guest, payload, cloud_port, folder, logs)
            cable = Cable(reader, machine.adapter_end)
            cable.start()
            SystemTest(log, machine, cloud, cable).run(key)
            failed = False
            log("PASSED")
        except (Failure, OSError, KeyError, ValueError, subprocess.CalledProcessError) as error:
            log(f"FAILED: {error if isinstance(error, Failure) else repr(error)}")
            if cable and cable.ended:
                log(cable.ended)
            show_outputs(log, logs)
        finally:
            try:
                if machine:
                    keep_evidence(machine, log, logs, failed)
            finally:
                if machine:
                    machine.stop()
                for process in processes:
                    stop(process)
            print(f"logs: {logs}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*(pathlib.Path(argument).resolve() for argument in sys.argv[1:])))
