"""What somebody can do who may only connect, and what the others notice of it. Plain Python, used by attacks.sh:

    attacks.py subscribe SOCKET         a healthy reader: for each change, how long it took from the answer that shows it, in ms
    attacks.py attack SOCKET NUMBER     one of the attacks, held until standard input ends
    attacks.py burn SOCKET              uses a processor, for comparison
    attacks.py judge SOCKET PID ATTACKER READER URL TOKEN PHONE...
                                        all of them, each by ATTACKER while READER reads and asks for the status (both are users)
"""
import _strptime  # noqa: F401, which time.strptime would read later
import calendar
import json
import os
import pwd
import resource
import select
import socket
import statistics
import struct
import subprocess
import sys
import time
import urllib.request

role, path = sys.argv[1:3]
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
if user := os.environ.get("RUN_AS"):
    # Python itself may lie where only root can read it: what is needed of it has been read.
    entry = pwd.getpwnam(user)
    os.setgroups(os.getgrouplist(user, entry.pw_gid))
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def connect():
    peer = socket.socket(socket.AF_UNIX)
    # Waits for its place in the queue as connect(2) does; a socket of Python's with a timeout is told EAGAIN at once.
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 10, 0))
    peer.connect(path)
    peer.settimeout(10)
    return peer


def pace(seconds):
    """Somebody's own rhythm: nothing is waited for."""
    time.sleep(seconds)


def call(method, parameters=None, **flags):
    message = {"method": method if "." in method else "io.wabawatch." + method, **flags}
    if parameters is not None:
        message["parameters"] = parameters
    return json.dumps(message).encode() + b"\0"


def push(peer, data):
    """Sends what goes within a second; what the service does not take is not its."""
    peer.settimeout(1)
    try:
        peer.sendall(data)
    except (OSError, TimeoutError):
        pass
    return peer


def many(count, data, each=None):
    """So many connections that send something and read nothing."""
    peers = []
    for number in range(count):
        try:
            peers.append(connect())
        except OSError:
            continue
        peers[-1].setblocking(False)
    rest = [memoryview(each(number) if each else data) for number in range(len(peers))]
    end = time.monotonic() + 6
    while time.monotonic() < end and any(rest):
        moved = False
        for index, peer in enumerate(peers):
            if not rest[index]:
                continue
            try:
                rest[index] = rest[index][peer.send(rest[index][:262144]):]
                moved = True
            except BlockingIOError:
                pass
            except OSError:
                rest[index] = memoryview(b"")
        if not moved:
            ready = select.poll()
            for peer, data in zip(peers, rest):
                if data:
                    ready.register(peer, select.POLLOUT)
            ready.poll(max(0, 1000 * (end - time.monotonic())))
    return peers


def churn():
    end = time.monotonic() + 5
    while time.monotonic() < end:
        peers = []
        for _ in range(50):
            try:
                peers.append(connect())
            except OSError:
                # The queue of the socket is full.
                continue
        for peer in peers:
            peer.close()
    return []


def drip():
    peers = many(200, b'{"method":"')
    end = time.monotonic() + 5
    while time.monotonic() < end:
        for peer in peers:
            try:
                peer.send(b" ")
            except OSError:
                pass
        pace(0.05)
    return peers


def oldest_cursor():
    peer = connect()
    peer.sendall(call("GetStatus"))
    return next(messages(peer))["status"]["oldestCursor"]


def resumed():
    """Each is sent replies that are made for it alone."""
    oldest = oldest_cursor()
    severities = {"operations": ["added", "baseline", "changed"]}
    return many(1000, None, lambda n: call("Subscribe", {"after": oldest, "filter": {**severities, "accounts": ["acme", str(n)]}}, more=True))


subscribe = call("Subscribe", {}, more=True)
ids = ["%020d" % number for number in range(10_000)]
name = "x." * (500_000)
ATTACKS = {
    "Subscribe, then 40 MiB of NUL bytes": lambda: [push(push(connect(), subscribe), b"\0" * (40 << 20))],
    "Subscribe, then 40 MiB of empty objects": lambda: [push(push(connect(), subscribe), b"{}\0" * (14 << 20))],
    "200 connections with 140 KB of x": lambda: many(200, b"x\0" * 70_000),
    "200 after a Subscribe": lambda: many(200, subscribe + b"x\0" * 70_000),
    "a pointer of 15 MiB": lambda: [push(connect(), call("Subscribe", {"filter": {"fields": ["/" * (15 << 20)]}}, more=True))],
    "100 pointers of 10 KB, 100 times": lambda: many(100, call("Subscribe", {"filter": {"fields": ["/" * 10_000] * 100}}, more=True)),
    "10 filters of 15 MiB": lambda: many(10, call("Subscribe", {"filter": {"ids": ["%01500d" % n for n in range(10_000)]}}, more=True)),
    "300 filters of 10,000 ids": lambda: many(300, call("Subscribe", {"filter": {"ids": ids}}, more=True)),
    "25 interfaces of 1 MB": lambda: many(1, call(name + "Method") * 25),
    "1,000 Gets of an id of 1 MB": lambda: many(1000, call("Get", {"account": "acme", "kind": "account", "id": name})),
    "1,000 interfaces of 60 KB, 20 each": lambda: many(1000, call("x." * 30_000 + "M") * 20),
    "1,000 Histories": lambda: many(1000, call("History", {"limit": 100_000}, more=True)),
    "1,000 Histories, newest first": lambda: many(1000, call("History", {"limit": 100_000, "newestFirst": True}, more=True)),
    "1,000 snapshots": lambda: many(1000, call("Subscribe", {"snapshot": True}, more=True)),
    "1,000 resumed with filters of their own": resumed,
    "1,000 Lists of 10,000 ids": lambda: many(1000, call("List", {"filter": {"ids": ids}}, more=True)),
    "1,000 Lists": lambda: many(1000, call("List", {}, more=True)),
    "1,000 GetStatus with more": lambda: many(1000, call("GetStatus", more=True) * 20),
    "1,000 times 2,000 GetStatus": lambda: many(1000, call("GetStatus") * 2000),
    "200 calls of 1.2 MiB that do not end": lambda: many(200, b" " * (1200 << 10)),
    "200 messages byte by byte": drip,
    "connects and closes": churn,
    "1,000 oneway Lists": lambda: many(1000, call("List", {"filter": {"ids": ids}}, oneway=True)),
    "1,000 upgrades": lambda: many(1000, call("GetStatus", upgrade=True) * 500),
    "deep JSON, 100 times": lambda: many(100, b'{"method":"a.B","parameters":{"a":' + b"[" * (1 << 20) + b"\0"),
    "a million values, 100 times": lambda: many(100, b'{"method":"a.B","parameters":{"a":[' + b"0," * (600 << 10) + b"0]}}\0"),
    "long numbers, 100 times": lambda: many(100, b'{"method":"a.B","parameters":{"a":' + b"9" * (1 << 20) + b"}}\0"),
    "one member 100,000 times, 100 times": lambda: many(100, b'{"method":"a.B","parameters":{' + b'"a":0,' * 100_000 + b'"a":0}}\0'),
    "4,000 connections": lambda: many(4000, b""),
}


def messages(peer):
    """Replies of a peer, one after the other."""
    rest = b""
    while True:
        part = peer.recv(1 << 20)
        if not part:
            return
        rest += part
        *whole, rest = rest.split(b"\0")
        yield from (json.loads(message)["parameters"] for message in whole)


def subscriber():
    peer = connect()
    peer.settimeout(None)
    peer.sendall(call("Subscribe", {}, more=True))
    for reply in messages(peer):
        if "change" in reply:
            stamp = reply["change"]["observedAt"]
            seen = calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) + float(stamp[19:-1])
            print(round(1000 * (time.time() - seen)), flush=True)
    raise SystemExit("the connection was closed")


def judge(pid, attacker, reader, url, token, *phones):
    def run(user, *arguments, **options):
        # Who attacks has a control group of its own, as every user who is logged in has.
        scope = ["systemd-run", "--quiet", "--scope", "--slice=mallory.slice"] if user == attacker else []
        return subprocess.Popen(
            [*scope, sys.executable, __file__, arguments[0], path, *arguments[1:]], env={**os.environ, "RUN_AS": user}, text=True, **options)

    def memory(field):
        with open(f"/proc/{pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field + ":"))

    writer = subprocess.Popen([sys.executable, __file__, "write", path, url, token, *phones])
    subscribed = run(reader, "subscribe", stdout=open("/tmp/heard.ms", "w"))
    heard = open("/tmp/heard.ms")
    first = time.monotonic() + 60
    while not heard.readline():
        if time.monotonic() > first or subscribed.poll() is not None:
            raise SystemExit("the reader hears nothing")
        pace(0.05)

    def measure(name, attack):
        """What a healthy reader notices for eight seconds of an attack."""
        with open(f"/proc/{pid}/clear_refs", "w") as refs:
            refs.write("5")
        heard.seek(0, os.SEEK_END)
        attacker_process = attack and run(attacker, *attack, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        asked, end = [], time.monotonic() + 8
        while time.monotonic() < end:
            asked.append(float(run(reader, "status", stdout=subprocess.PIPE).communicate()[0] or "inf"))
            pace(0.2)
        took = [float(line) for line in heard.read().split()]
        peak = memory("VmHWM")
        if attacker_process:
            attacker_process.kill()
            attacker_process.communicate()
        p99 = statistics.quantiles(took, n=100)[98] if len(took) > 1 else float("inf")
        row = (name, peak, p99, statistics.median(took) if took else float("inf"), max(asked), len(took))
        print("%-42s | %4.0f MiB | %5.0f ms | %5.0f ms | %5.2f s | %d changes" % row, flush=True)
        return peak, p99, max(asked), len(took)

    def control():
        """What the same user makes others notice who burns a processor and leaves the socket alone: no service can do better than twice that, on a machine
        where it is more than half of what is promised."""
        _, p99, asked, _ = measure("a busy processor, and no attack", ["burn"])
        return max(100, 2 * p99), max(2, 2 * asked)

    failures = []
    measure("nobody attacks", None)
    p99_bound, status_bound = control()
    for number, name in enumerate(ATTACKS):
        peak, p99, asked, count = measure(name, ["attack", str(number)])
        for _ in range(2):
            if subscribed.poll() is not None or not (p99 > p99_bound or asked > status_bound or count < 20):
                break
            # With so few changes the p99 is the slowest of them, and something else may have had the machine for a moment. What an attack does it does each
            # time: once more, beside a control of the same moment.
            p99_bound, status_bound = control()
            again, p99, asked, count = measure(name, ["attack", str(number)])
            peak = max(peak, again)
        if subscribed.poll() is not None:
            failures.append(f"{name}: the subscriber was closed")
            break
        if peak > 256:
            failures.append(f"{name}: {peak:.0f} MiB")
        if asked > status_bound:
            failures.append(f"{name}: GetStatus took {asked:.2f} s, of {status_bound:.2f} s")
        if count < 20:
            failures.append(f"{name}: {count} changes were heard")
        if p99 > p99_bound:
            failures.append(f"{name}: p99 {p99:.0f} ms, of {p99_bound:.0f} ms")
    writer.kill()
    subscribed.kill()
    if failures:
        raise SystemExit("\n".join(failures))


def status():
    start = time.monotonic()
    peer = connect()
    peer.sendall(call("GetStatus"))
    assert "status" in next(messages(peer))
    print(time.monotonic() - start)


def write(url, token, *phones):
    """Somebody changes the profiles, one after the other."""
    turn = 0
    while True:
        for phone in phones:
            turn += 1
            body = json.dumps({"messaging_product": "whatsapp", "about": f"Revision {turn}"}).encode()
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(f"{url}/{phone}/whatsapp_business_profile", body, headers)).read()
        pace(0.5)


def attack(number):
    held = list(ATTACKS.values())[int(number)]()
    sys.stdin.read()
    del held


def burn():
    """Needs a processor, and the service for nothing."""
    while True:
        pass


{"subscribe": subscriber, "status": status, "write": write, "attack": attack, "burn": burn, "judge": judge}[role](*sys.argv[3:])
