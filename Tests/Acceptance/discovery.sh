# Where the system has a registry of Varlink services and a folder for metrics, others find the daemon there, made by the units, for the service
# itself may write to neither. Where it has none, nothing is made and nothing is wrong.
. "$(dirname "$0")/library.sh"

units='wabawatchd.socket wabawatchd-metrics.socket wabawatchd-registry.service wabawatchd.service'
link=/run/varlink/registry/io.wabawatch metrics=/run/systemd/report/io.wabawatch
start_simulator
configure

# This system has none of it.
[ ! -e /run/varlink ] && [ ! -e /run/systemd/report ] || fail 'the bed is another than expected'
systemctl start wabawatchd
await_baseline
[ ! -e /run/varlink ] && [ ! -e /run/systemd/report ] || fail 'folders were made that others look for'
same 'the states without folders' 'active inactive inactive active' "$(systemctl is-active $units | paste -sd' ')"
same 'what failed' '' "$(systemctl list-units --failed --plain --no-legend 'wabawatchd*')"
journalctl --sync
same 'complaints' '' "$(journalctl --quiet --unit=wabawatchd --priority=warning --output=cat)"

# It has them now: a restart is enough, and the units' own installation at the next boot.
install -d /run/varlink/registry /run/systemd/report
systemctl restart wabawatchd
await 10 test -L $link
same 'the states with folders' 'active active active active' "$(systemctl is-active $units | paste -sd' ')"
same 'the link' /run/wabawatch/io.wabawatch "$(readlink $link)"
same 'the rights of the socket' '660 root wabawatch' "$(stat -c '%a %U %G' $metrics)"
wabawatch --socket $link status >/dev/null || [ $? -le 3 ] || fail 'nobody answers behind the link'

as_member() { setpriv --reuid=65534 --regid=65534 --groups=wabawatch "$@"; }
as_stranger() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
call() { # WHO SOCKET METHOD: Varlink by hand: every reply's parameters, one a line.
    "$1" /usr/bin/python3 - "$2" "$3" <<'P'
import json, socket, sys

peer = socket.socket(socket.AF_UNIX)
peer.settimeout(20)
peer.connect(sys.argv[1])
peer.sendall(json.dumps({"method": sys.argv[2], "more": True}).encode() + b"\0")
received = b""
while True:
    while b"\0" not in received:
        part = peer.recv(65536)
        assert part, "it ended without a last reply"
        received += part
    frame, received = received.split(b"\0", 1)
    reply = json.loads(frame)
    assert "error" not in reply, reply
    print(json.dumps(reply["parameters"]))
    if not reply.get("continues"):
        break
P
}
call as_member $metrics io.systemd.Metrics.Describe >/tmp/described
call as_member $metrics io.systemd.Metrics.List >/tmp/listed
# The metrics name accounts and numbers: they are for whom the other socket is for, and for root, which systemd-report is.
call env $metrics io.systemd.Metrics.List >/tmp/asked
same 'what root gets' "$(jq -r .name /tmp/listed | sort -u)" "$(jq -r .name /tmp/asked | sort -u)"
! call as_stranger $metrics io.systemd.Metrics.List >/tmp/refused 2>&1 || fail 'anybody may read the metrics'
grep --quiet PermissionError /tmp/refused || fail "a stranger gets: $(cat /tmp/refused)"
value() { jq -r --arg name "io.wabawatch.$1" 'select(.name == $name) | .value' /tmp/listed; }
same 'the changes, as a metric' "$(changes | tail -n 1 | jq -r .WABAWATCH_SEQUENCE)" "$(value ChangesTotal)"
same 'the numbers that are connected' '1 1 1' "$(value NumberConnected | paste -sd' ')"
same 'metrics that are not described' '' "$(jq -r .name /tmp/listed | sort -u | comm -23 - <(jq -r .name /tmp/described | sort))"
call as_member $metrics org.varlink.service.GetInfo >/dev/null 2>&1 || fail 'it does not say who it is'
same 'the sockets that the daemon was given' 2 "$(find "/proc/$(property MainPID)/fd" -lname 'socket:*' -printf '%f\n' | grep -cxE '3|4')"

# A restart refuses nobody there either, and who asks first starts the service.
systemctl restart wabawatchd
call as_member $metrics io.systemd.Metrics.List >/tmp/listed || fail 'nobody answers after a restart'
systemctl stop wabawatchd.service
call as_member $metrics io.systemd.Metrics.List >/tmp/listed || fail 'the service is not started by a connect'
same 'the state' active "$(property ActiveState)"

# Link and socket go with the units.
systemctl stop $units
[ ! -e $link ] && [ ! -L $link ] && [ ! -e $metrics ] || fail 'something is left behind'
systemctl start wabawatchd.socket
await 10 test -L $link
journalctl --sync
same 'complaints' '' "$(journalctl --quiet --unit=wabawatchd --priority=warning --output=cat | grep -v -e '^wabawatchd.service: ' || true)"
systemctl enable --quiet wabawatchd
same 'what is enabled' 'enabled enabled enabled' "$(systemctl is-enabled wabawatchd.service wabawatchd.socket wabawatchd-metrics.socket | paste -sd' ')"
