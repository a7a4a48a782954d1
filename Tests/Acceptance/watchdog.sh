# A daemon that hangs is restarted by the manager, and goes on where it was; one whose parts all move is left alone.
. "$(dirname "$0")/library.sh"

start_simulator
configure
set_unit WatchdogSec=3s TimeoutAbortSec=2s
systemctl start wabawatchd
await_baseline

# All of it stands still.
process=$(property MainPID)
kill -STOP "$process"
await 20 sh -c '[ "$(systemctl show --value --property=NRestarts wabawatchd)" = 1 ]'
await 20 systemctl is-active --quiet wabawatchd
journalctl --sync
journalctl --quiet --unit=wabawatchd --output=cat | found 'Watchdog timeout' || fail 'the manager says nothing of a watchdog'
journalctl --quiet --unit=wabawatchd --output=cat | found "Failed with result 'watchdog'" || fail 'another result than watchdog'

# Only the ledger's writer hangs: somebody has locked the file. All else moves, and even says what is the matter.
process=$(property MainPID)
systemd-run --quiet --unit=locker python3 -c '
import signal, sqlite3
held = sqlite3.connect("/var/lib/private/wabawatch/ledger.sqlite", isolation_level=None, timeout=30)
held.execute("BEGIN IMMEDIATE")
signal.pause()'
await 20 sh -c '[ "$(systemctl show --value --property=NRestarts wabawatchd)" -ge 2 ]'
systemctl stop locker
said_text 'a part of the daemon gives no sign of life (part: ledger' || fail 'it does not say which part hangs'
await 20 systemctl is-active --quiet wabawatchd

# It goes on: nothing is repeated, nothing lost, and for a while of several watchdogs nothing bites.
set_about 'after both'
await 20 changes_are 1 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline || fail 'a second baseline'
changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=baseline || fail 'a second baseline'
await 20 systemctl is-active --quiet wabawatchd
process=$(property MainPID)
moving=$(alive)
await 40 is_alive_after "$moving" 10
same 'the process, after ten seconds in which all moves' "$process" "$(property MainPID)"
said_text 'cannot ask its own socket' && fail 'the daemon may not connect to its own socket'
exit 0
