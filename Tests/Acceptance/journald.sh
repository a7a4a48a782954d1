# journald stalls, restarts, goes and comes back: only the announcer waits, and afterwards every change is in the journal.
. "$(dirname "$0")/library.sh"

start_simulator
configure 'journal: { enabled: true }'
set_unit WatchdogSec=3s
systemctl start wabawatchd
await_baseline
start_subscriber
process=$(property MainPID)
journald() { systemctl show --value --property=MainPID systemd-journald; }

# Stalled: it holds its socket, reads nothing, and others fill its queue to the last place.
reader=$(journald)
kill -STOP "$reader"
python3 - <<'X'
import socket

# A sender may only have so much on its way: each new one goes on, until one finds no place at all.
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
X
for round in 1 2 3 4 5; do
    set_about "stalled $round"
    await 5 heard_are "$round"
    # It has something to say as well, and does not wait for that either.
    systemctl kill --signal=USR1 --kill-whom=main wabawatchd
done
wabawatch status >/dev/null || [ $? -le 3 ] || fail 'it does not answer'
# More than two watchdogs later all its parts have moved.
stalled=$(alive)
await 30 is_alive_after "$stalled" 8
wabawatch status >/dev/null || [ $? -le 3 ] || fail 'it does not answer after eight seconds'
same 'the process after eight seconds without a journal' "$process" "$(property MainPID)"
same 'restarts' 0 "$(property NRestarts)"
kill -CONT "$reader"
await 20 changes_are 5 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
said_text 'changes cannot be announced for now' || fail 'it does not say that the journal did not take a change'
await 10 said_text 'changes can be announced again'
same 'dumps of the status' 5 "$(said | jq -r .MESSAGE | grep -c 'status of the daemon')"

# Restarted in the midst of changes.
for round in 6 7 8 9 10; do
    set_about "restarted $round"
    systemctl restart systemd-journald
    await 10 heard_are "$round"
done
await 20 changes_are 10 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed

# A collector of journals takes every entry with all its fields, and without the fields that repeat nothing is lost: the events are the history.
journalctl --sync
journalctl --quiet --output=export --unit=wabawatchd >/tmp/exported
/lib/systemd/systemd-journal-remote --output=/tmp/remote.journal - </tmp/exported >/tmp/collected 2>&1 || fail "systemd-journal-remote: $(cat /tmp/collected)"
told() { journalctl --all --quiet --output=json "$@" | jq --compact-output --sort-keys 'select(.WABAWATCH_SEQUENCE) | with_entries(select(.key | test("^(WABAWATCH_|MESSAGE|PRIORITY|SYSLOG_IDENTIFIER)")))'; }
told --unit=wabawatchd >/tmp/local
told --file=/tmp/remote.journal >/tmp/remote
same 'entries that the collector took' "$(wc -l </tmp/local)" "$(wc -l </tmp/remote)"
cmp /tmp/local /tmp/remote || fail 'the collector took other fields'
same 'fields that stand more than once' '' "$(jq --raw-output 'to_entries[] | select(.value | type == "array") | .key' /tmp/local | grep -v '^WABAWATCH_FIELD$' | sort -u)"
jq --raw-output '.WABAWATCH_EVENT // empty' /tmp/local | jq --compact-output --sort-keys . >/tmp/events
wabawatch history --output json -n 1000 | jq --compact-output --sort-keys . | grep --fixed-strings --line-regexp --file=/tmp/events | sort -u >/tmp/known
same 'events that are changes of the history' "$(sort -u /tmp/events | wc -l)" "$(wc -l </tmp/known)"
[ -s /tmp/events ] || fail 'no entry has an event'

# Not there at all.
systemctl reset-failed systemd-journald
units=(systemd-journald-dev-log.socket systemd-journald-audit.socket systemd-journald.socket systemd-journald.service)
systemctl stop "${units[@]}" 2>/dev/null || true
[ ! -S /run/systemd/journal/socket ] || rm /run/systemd/journal/socket
for round in 11 12 13; do
    set_about "absent $round"
    await 5 heard_are "$round"
done
# An end and a start without it: the cursor waits.
systemctl restart wabawatchd
await 10 systemctl is-active --quiet wabawatchd
set_about 'absent 14'
await 10 heard_are 14
same 'the result of the end' 0 "$(property ExecMainStatus)"
systemctl start "${units[@]}" 2>/dev/null || true
same 'the journal' active "$(property ActiveState systemd-journald)"
await 20 changes_are 14 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
same 'the sequence in the journal, each once' "$(seq "$(sequences | wc -l)" | tr '\n' ' ')" "$(sequences | tr '\n' ' ')"
