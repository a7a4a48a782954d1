# seconds: 240
# `systemctl stop` ends the service in time, whatever is going on: polls in a loop, readers that stall, reloads, a Meta that hangs, a journal that is
# stalled, a ledger that somebody has locked.
. "$(dirname "$0")/library.sh"

start_simulator --control
configure
load() {
    loads=()
    for _ in 1 2 3; do
        (while :; do wabawatch poll acme >/dev/null 2>&1; done) &
        loads+=($!)
    done
    (while :; do wabawatch history --output json; wabawatch list --output json; done >/dev/null 2>&1) &
    loads+=($!)
    # A reader that never reads.
    python3 -c '
import socket, time
peer = socket.socket(socket.AF_UNIX)
peer.connect("/run/wabawatch/io.wabawatch")
peer.setblocking(False)
try:
    for _ in range(2000):
        peer.send(b"{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"io.wabawatch\"}}\0")
except BlockingIOError:
    pass
time.sleep(100)' 2>/dev/null &
    loads+=($!)
}
unload() { kill "${loads[@]}" 2>/dev/null || true; wait "${loads[@]}" 2>/dev/null || true; }
stops() { # WHAT
    local begin end
    begin=$(date +%s%N)
    # The socket goes with it: a client would start it again at once.
    systemctl stop wabawatchd.socket wabawatchd
    end=$(((($(date +%s%N)) - begin) / 1000000))
    same "the result of a stop $1" success "$(property Result)"
    [ "$end" -lt 5000 ] || fail "a stop $1 took $end ms"
    echo "a stop $1: $end ms"
}
for round in {1..6}; do
    systemctl start wabawatchd
    load
    # Somewhere in the midst of it.
    process=$(property MainPID)
    worked=$(($(ticks "$process") + RANDOM % 30))
    has_worked() { [ "$(ticks "$process")" -gt "$worked" ]; }
    await 20 has_worked
    case $((round % 3)) in
    0) systemctl reload --no-block wabawatchd ;;
    1) control faults '{"kind": "stall"}' ;;
    esac
    stops "under load ($round)"
    unload
    curl --silent --fail --request DELETE "${simulator%/v25.0}/simulator/faults" >/dev/null
done

# The journal reads nothing, and its queue is full.
systemctl start wabawatchd
await 20 wabawatch poll acme
reader=$(property MainPID systemd-journald)
kill -STOP "$reader"
python3 - <<'P'
import socket

senders, sent = [], True
while sent:
    sender, sent = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), False
    senders.append(sender)
    sender.setblocking(False)
    sender.connect("/run/systemd/journal/socket")
    try:
        while True:
            sender.send(b"MESSAGE=filler\nSYSLOG_IDENTIFIER=filler\n")
            sent = True
    except BlockingIOError:
        pass
P
set_about 'not told yet'
await 10 sh -c "wabawatch history --output json -n 1 | grep --quiet 'not told yet'"
begin=$(date +%s%N)
kill "$(property MainPID)"
await 20 sh -c '[ "$(systemctl show --value --property=MainPID wabawatchd)" = 0 ]'
time=$((($(date +%s%N) - begin) / 1000000))
kill -CONT "$reader"
[ "$time" -lt 5000 ] || fail "an end with a stalled journal took $time ms"
echo "an end with a stalled journal: $time ms"

# Somebody has locked the ledger.
systemctl restart wabawatchd
await 20 wabawatch poll acme
systemd-run --quiet --unit=locker python3 -c '
import signal, sqlite3
held = sqlite3.connect("/var/lib/private/wabawatch/ledger.sqlite", isolation_level=None, timeout=30)
held.execute("BEGIN IMMEDIATE")
signal.pause()'
is_locked() {
    ! python3 -c '
import sqlite3
sqlite3.connect("/var/lib/private/wabawatch/ledger.sqlite", isolation_level=None, timeout=0).execute("BEGIN IMMEDIATE")'
}
await 10 is_locked
set_about 'cannot be written down'
stops 'with a locked ledger'
systemctl stop locker
systemctl start wabawatchd || fail 'it does not start again'
await 20 sh -c "wabawatch history --output json -n 1 | grep --quiet 'cannot be written down'"
exit 0
