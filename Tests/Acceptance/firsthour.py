#!/usr/bin/env python3
"""Runs README.md's commands one after the other at a terminal and answers what they ask, as firsthour.sh prepares it; writes what was seen to
/out/FirstHour.md and compares it with the documented one. Then runs those of the documents behind it, as far as they need nothing but this machine.

usage: firsthour.py ACCOUNT TOKEN NUMBER
"""
import difflib
import glob
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import urllib.request

from transcript import BUILT_ELSEWHERE, commands, steadied, yaml_block

ACCOUNT, TOKEN, NUMBER = sys.argv[1:]
REPOSITORY = "/repository/"
GOLDEN = REPOSITORY + "Sources/Documentation/FirstHour.md"
# The questions of `wabawatchd setup`, and a stranger's answers.
ANSWERS = [
    ("Access token", TOKEN),
    ("Id of the business portfolio", ACCOUNT),
    ("Which accounts are to be watched", ""),
    ("Name for ", "acme"),
    ("Write these files", ""),
]
# Commands that say by their exit status how things stand.
TELLING = re.compile(r"wabawatch( (status|check|doctor|alarms)\b|$)")
# Commands that follow the changes until they are interrupted.
ENDLESS = re.compile(r"wabawatch (monitor|call Subscribe)\b")
# What is not run of the documents: it needs a webhook's body, another daemon's place, or clients that are not installed here. Case `webhook` has all of Webhooks.md.
NEEDING_MORE = re.compile(r"wabawatch report|wabawatchd --once|varlinkctl|python3 -m varlink")


def wait_for(what, condition, seconds=40):
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            sys.exit(f"in vain: {what}")
        select.select([], [], [], 0.05)
    return found


class Terminal:
    """A command at a terminal of 120 columns, its output without what a terminal adds."""

    def __init__(self, command):
        environment = dict(os.environ, TERM="dumb", COLUMNS="120", LANG="C.UTF-8", TZ="UTC", NO_COLOR="1", SYSTEMD_PAGER="cat", PAGER="cat",
                           SYSTEMD_COLORS="0", DEBIAN_FRONTEND="noninteractive")
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.execvpe("bash", ["bash", "-c", command], environment)
        self.text, self.asked = "", []
        self.is_open = True

    def read(self, seconds):
        """Takes what comes within that time, and answers it."""
        if not self.is_open:
            return
        if select.select([self.descriptor], [], [], seconds)[0]:
            try:
                part = os.read(self.descriptor, 65536)
            except OSError:
                part = b""
            self.is_open = bool(part)
            self.text += part.decode(errors="replace").replace("\r", "")
            for question, answer in ANSWERS:
                # The prompt stands at the end: it has been asked, and nothing was answered yet.
                if question not in self.asked and re.search(re.escape(question) + r"[^\n]*[:\]] $", self.text):
                    self.asked.append(question)
                    os.write(self.descriptor, (answer + "\n").encode())

    def end(self, seconds=120):
        deadline = time.monotonic() + seconds
        while self.is_open and time.monotonic() < deadline:
            self.read(0.2)
        if self.is_open:
            os.kill(self.process, signal.SIGKILL)
            sys.exit(f"it does not end:\n{self.text}")
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def interrupt(self):
        os.write(self.descriptor, b"\x03")
        return self.end()

    def until(self, what, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or not self.is_open:
                sys.exit(f"in vain: {what}; it said:\n{self.text}")
            self.read(0.05)


def at_meta(document):
    request = urllib.request.Request(
        f"http://127.0.0.1:8400/simulator/{NUMBER}", json.dumps(document).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).read()


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def mails():
    return [json.loads(line)["body"]["text"] for line in read("/tmp/received").splitlines()]


def subscribers():
    """How many programs follow the changes."""
    answer = subprocess.run(["wabawatch", "call", "GetStatus"], capture_output=True, text=True)
    return json.loads(answer.stdout.splitlines()[0])["status"]["subscribers"] if answer.returncode == 0 else 0


class Hour:
    def __init__(self, readme):
        self.readme = readme
        self.parts = []
        self.heading = ""

    def say(self, text):
        self.parts.append(text)

    def show(self, command, output, status=0):
        ending = f"[exit status {status}]\n" if status else ""
        output = re.sub(r"[ \t]+$", "", output.strip("\n"), flags=re.M)
        output = output + "\n" if output else ""
        self.parts.append(f"```console\n# {command}\n{output}{ending}```")

    def mail(self, found):
        self.parts.append("```\n" + found.strip("\n") + "\n```")

    def run(self, heading, command):
        if heading != self.heading:
            self.heading = heading
            self.parts.append("## " + heading)
        if command == "wabawatch-notify --check":
            with open("/etc/wabawatch/notify.yaml", "w") as file:
                file.write(yaml_block(self.readme))
            self.say("The route of the README is in `/etc/wabawatch/notify.yaml`.")
        if command == "wabawatchd setup":
            # Where Meta is, and often enough for an hour that is over in a minute.
            with open("/etc/wabawatch/wabawatch.yaml", "w") as file:
                file.write('graph: { base_url: "http://127.0.0.1:8400" }\n'
                           "watch: { phone_number: { every: 1s }, business_profile: { every: 1s }, adaptive: false, splay: 0% }\n"
                           "budget: { calls_per_hour: 100000 }\n")
        if command == "wabawatch status":
            wait_for("the first poll", lambda: self.is_complete())
        if command == "wabawatch doctor":
            wait_for("a host that is well", lambda: subprocess.run(["wabawatch", "doctor"], capture_output=True).returncode == 0)
        if command == "wabawatch monitor":
            return self.change(command)
        if command.startswith("wabawatch monitor -o json"):
            return self.program(command)
        terminal = Terminal(command)
        status = terminal.end()
        if status and not (TELLING.match(command) and status <= 3):
            sys.exit(f"{command} ended with {status}:\n{terminal.text}")
        output = terminal.text
        if command.startswith("apt-get"):
            # Where packages come from is the machine's; what is left is the end.
            output = "\n".join(line for line in output.split("\n") if re.match(r"(Selecting|Preparing|Unpacking|Setting up) ", line))
        self.show(command, output, status)
        if command.startswith("wabawatch-notify --test"):
            wait_for("the test's mail", lambda: len(mails()) == 1)
            self.say("The mail that arrives:")
            self.mail(mails()[0])
        if command.startswith("usermod "):
            reader = subprocess.run(["runuser", "-u", "alice", "--", "wabawatch", "status"], capture_output=True, text=True)
            if reader.returncode:
                sys.exit(f"alice may not read: {reader.stderr}")

    def is_complete(self):
        answer = subprocess.run(["wabawatch", "status", "--output", "json"], capture_output=True, text=True)
        call = subprocess.run(["wabawatch", "call", "GetStatus"], capture_output=True, text=True)
        if answer.returncode > 3 or call.returncode:
            return False
        watches = json.loads(call.stdout.splitlines()[0])["status"]["watches"]
        return len(watches) > 10 and all(watch["state"] == "current" for watch in watches)

    def change(self, command):
        """What somebody sees who follows the changes while a number is banned, and the mail that comes of it."""
        wait_for("the notifier", lambda: subscribers() == 1)
        terminal = Terminal(command)
        terminal.until("the monitor follows", lambda: subscribers() == 2)
        self.say("Now Meta bans the number (in the simulator), while `wabawatch monitor` runs:")
        at_meta({"status": "BANNED"})
        terminal.until("the change and the alarm", lambda: len(re.findall("BANNED", terminal.text)) >= 2)
        terminal.interrupt()
        self.show(command, terminal.text.replace("^C", ""))
        wait_for("the alarm's mail", lambda: len(mails()) == 2)
        self.say("Ten seconds later, the time in which a route collects what belongs together, a mail arrives:")
        self.mail(mails()[1])

    def program(self, command):
        """What a program is told when the number is well again."""
        terminal = Terminal(command)
        cursor = command.split()[-1]
        terminal.until("the program has a cursor", lambda: os.path.exists(cursor) and os.path.getsize(cursor) > 0)
        at_meta({"status": "CONNECTED"})
        terminal.until("the changes", lambda: terminal.text.count("\n") >= 2)
        terminal.interrupt()
        self.say("The number is connected again (in the simulator), and the alarm ends:")
        lines = [line for line in terminal.text.split("\n") if line.startswith("{")]
        self.show(command, "\n".join(lines))
        # The route has gone past the end of the alarm, and nobody was told: it is muted.
        end = max(json.loads(line)["sequence"] for line in lines)
        wait_for("the route", lambda: read("/var/lib/wabawatch-notify/on-call.cursor") and
                 int(read("/var/lib/wabawatch-notify/on-call.cursor").split(":")[-1]) >= end)


def run_documents():
    """The commands of the documents: each ends as it should, or follows the changes until it is interrupted."""
    count = 0
    for path in sorted(glob.glob(REPOSITORY + "Sources/Documentation/*.md")):
        for _, command in commands(read(path)):
            if path.endswith("/Webhooks.md") or NEEDING_MORE.match(command):
                continue
            count += 1
            # A copy replaces no file.
            for copy in glob.glob("/var/backups/*.sqlite"):
                os.remove(copy)
            before = subscribers()
            terminal = Terminal(command)
            if ENDLESS.match(command):
                terminal.until(f"{command} follows the changes", lambda: subscribers() > before)
                terminal.interrupt()
                continue
            status = terminal.end(60)
            if status and not (TELLING.match(command) and status <= 3):
                sys.exit(f"{os.path.basename(path)}: {command} ended with {status}:\n{terminal.text}")
    print(f"{count} commands of the documents were run")
    if count < 30:
        sys.exit("the commands of the documents were not found")


def main():
    readme, golden = read(REPOSITORY + "README.md"), read(GOLDEN)
    hour = Hour(readme)
    for heading, command in commands(readme):
        if not command.startswith(BUILT_ELSEWHERE):
            hour.run(heading, command)
    head = golden.split("\n## ")[0].rstrip("\n")
    found = head + "\n\n" + "\n\n".join(hour.parts) + "\n"
    with open("/out/FirstHour.md", "w") as file:
        file.write(found)
    print(found)
    if TOKEN in found:
        sys.exit("the token was shown")
    if len(mails()) != 2:
        sys.exit(f"{len(mails())} mails arrived; of what is muted nobody is told")
    difference = list(difflib.unified_diff(steadied(golden).split("\n"), steadied(found).split("\n"), "documented", "seen", lineterm=""))
    if difference:
        print("\n".join(difference))
        sys.exit("Sources/Documentation/FirstHour.md is not what was seen; the case's results have a new one")
    run_documents()


main()
