"""An emulated Debian machine with a serial adapter that can be pulled and plugged, and ways to talk to it.

Everything that waits has a deadline, and says what it waited for.
"""

import base64
import json
import select
import shutil
import socket
import subprocess
import threading
import time


class Failure(Exception):
    """Something that must hold does not; the message is for the person who reads the log."""


def until(what, seconds, probe, every=0.2):
    """Asks `probe` until it answers with something true, and returns that; a Failure after `seconds`.

    `probe` returns (answer, what was seen), so that a failure can say what was there instead.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer, seen = probe()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise Failure(f"{what}: not within {seconds} s; last seen: {seen}")
        time.sleep(every)


def start(arguments, log, **options):
    """Starts a process that ends with this one, even if this one is killed; `log` takes its output."""
    return subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "--", *map(str, arguments)],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **options)


def stop(process, seconds=5):
    """Ends a process that `start` started, politely first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Cable(threading.Thread):
    """The wire between the reader (TCP) and the adapter (a socket to QEMU).

    It keeps the reader's end connected while the adapter is pulled, and loses what is sent then, as a wire does; TCP
    alone would keep it and deliver it later.
    """

    def __init__(self, reader, adapter):
        super().__init__(name="cable", daemon=True)
        self.reader, self.adapter = reader, adapter
        # A serial port holds little; what its reader does not fetch in time is lost.
        adapter.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.plugged = False
        self.ended = None

    def run(self):
        ends = {self.reader: self.adapter, self.adapter: self.reader}
        names = {self.reader: "the reader", self.adapter: "the machine"}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                try:
                    data = end.recv(4096)
                except OSError:
                    data = b""
                if not data:
                    self.ended = f"{names[end]} closed its end of the cable"
                    return
                if self.plugged:
                    try:
                        ends[end].send(data, socket.MSG_DONTWAIT)
                    except BlockingIOError:
                        pass
                    except OSError:
                        self.ended = f"{names[ends[end]]} closed its end of the cable"
                        return


class Channel:
    """JSON objects, one a line, over a socket to QEMU."""

    def __init__(self, name, connection):
        self.name, self.connection, self.pending = name, connection, b""

    def send(self, message):
        self.connection.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, deadline):
        while b"\n" not in self.pending:
            self.connection.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                data = self.connection.recv(65536)
            except TimeoutError:
                raise Failure(f"{self.name} did not answer in time") from None
            if not data:
                raise Failure(f"{self.name} is gone: QEMU ended")
            self.pending += data
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)


class Result:
    """What a command in the machine left: `code`, `output`, `errors`."""

    def __init__(self, status):
        self.code = status.get("exitcode", -status.get("signal", 1))
        self.output = base64.b64decode(status.get("out-data", "")).decode(errors="replace")
        self.errors = base64.b64decode(status.get("err-data", "")).decode(errors="replace")


class Machine:
    """Debian in QEMU: two emulated cores, a network that ends at one forwarded port, and USB."""

    GUEST_ADDRESS = "10.0.2.2"

    def __init__(self, guest, payload, port, folder, logs):
        """Starts it. `guest`: the folder that scripts/lib/guest-root printed, unchanged by the run. `payload`: a file
        that the machine sees as its second disk. `port`: the loopback port it may reach, at GUEST_ADDRESS."""
        monitor, monitor_there = socket.socketpair()
        agent, agent_there = socket.socketpair()
        self.adapter_end, adapter_there = socket.socketpair()
        self.monitor, self.agent = Channel("the monitor", monitor), Channel("the agent in the machine", agent)
        self.up, self.questions = False, 0
        theirs = [monitor_there, agent_there, adapter_there]
        forward = f"guestfwd=tcp:{self.GUEST_ADDRESS}:{port}-cmd:{shutil.which('socat')} STDIO TCP:127.0.0.1:{port}"
        self.process = start(
            [
                "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                # Always emulated: /dev/kvm may exist and hang.
                "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "qemu64", "-smp", 2, "-m", 768,
                "-kernel", guest / "vmlinuz", "-initrd", guest / "initrd.img",
                "-append", "root=/dev/vda rw console=ttyS0 quiet mitigations=off net.ifnames=0 panic=-1",
                "-drive", f"file={guest}/disk.img,if=virtio,format=raw,snapshot=on",
                "-drive", f"file={payload},if=virtio,format=raw,readonly=on",
                "-serial", f"file:{logs}/console.txt",
                "-chardev", f"socket,id=monitor,fd={monitor_there.fileno()}", "-mon", "chardev=monitor,mode=control",
                "-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,fd={agent_there.fileno()}",
                "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
                # restrict: nothing leaves the machine but for the forwarded port. The gateway moves out of its way.
                "-netdev", f"user,id=net,restrict=on,ipv6=off,host=10.0.2.4,{forward}",
                "-device", "virtio-net-pci,netdev=net",
                "-device", "virtio-rng-pci",
                "-device", "qemu-xhci,id=usb",
                "-chardev", f"socket,id=reader,fd={adapter_there.fileno()}",
                "-chardev", "null,id=nothing",
            ],
            log=(logs / "qemu.txt").open("w"), pass_fds=[end.fileno() for end in theirs],
            # Where QEMU keeps what the run writes to the disk.
            env={"PATH": "/usr/bin:/bin", "TMPDIR": str(folder)})
        for end in theirs:
            end.close()

    def wait_until_up(self, seconds):
        """Returns once the machine has booted and answers."""
        deadline = time.monotonic() + seconds
        self.monitor.receive(deadline)
        self._tell("qmp_capabilities")
        self._ask("guest-ping", {}, deadline)
        self.up = True
        state = self.run("systemctl is-system-running --wait", seconds=seconds).output.strip()
        if state != "running":
            failed = self.run("systemctl --failed --plain --no-legend").output
            raise Failure(f"the machine is up but {state}: {failed}")

    def run(self, command, seconds=30):
        """Runs a shell command as root in the machine, and returns its Result."""
        deadline = time.monotonic() + seconds
        arguments = {"path": "/bin/sh", "arg": ["-c", command], "capture-output": True}
        pid = self._ask("guest-exec", arguments, deadline)["pid"]
        while True:
            status = self._ask("guest-exec-status", {"pid": pid}, deadline)
            if status["exited"]:
                return Result(status)
            if time.monotonic() >= deadline:
                raise Failure(f"in the machine, still running after {seconds} s: {command}")
            time.sleep(0.05)

    def must(self, command, seconds=30):
        """Like `run`, for a command that must succeed; returns its output without the last newline."""
        result = self.run(command, seconds)
        if result.code != 0:
            raise Failure(f"in the machine, exit {result.code}: {command}\n{result.output}{result.errors}".rstrip())
        return result.output.rstrip("\n")

    def plug(self, name, chardev, serial):
        """Puts a USB serial adapter into the machine; `chardev` is what is at its other end."""
        # always-plugged: also when nothing is at the other end.
        self._tell("device_add", **{
            "driver": "usb-serial", "bus": "usb.0", "id": name, "chardev": chardev, "serial": serial,
            "always-plugged": True})

    def unplug(self, name, seconds=10):
        """Pulls it; returns once it is gone."""
        self._tell("device_del", id=name)
        deadline = time.monotonic() + seconds
        while True:
            event = self.monitor.receive(deadline)
            if event.get("event") == "DEVICE_DELETED" and event["data"].get("device") == name:
                return

    def stop(self):
        stop(self.process)

    def _ask(self, what, arguments, deadline):
        self.questions += 1
        self.agent.send({"execute": what, "arguments": arguments, "id": self.questions})
        answer = {}
        # An answer that came too late for an earlier question is nobody's.
        while answer.get("id") != self.questions:
            answer = self.agent.receive(deadline)
        if "return" not in answer:
            raise Failure(f"the agent in the machine refused {what}: {answer}")
        return answer["return"]

    def _tell(self, what, **arguments):
        self.monitor.send({"execute": what, "arguments": arguments})
        deadline = time.monotonic() + 10
        while True:
            answer = self.monitor.receive(deadline)
            if "error" in answer:
                raise Failure(f"QEMU refused {what} {arguments}: {answer['error'].get('desc')}")
            if "return" in answer:
                return
