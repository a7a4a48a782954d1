# seconds: 180
# A ledger whose migration takes longer than the manager waits for a start: it asks for more time (EXTEND_TIMEOUT_USEC), says why, and is given it.
. "$(dirname "$0")/library.sh"

cc -O2 -Wall -Wextra -Werror -shared -fPIC -o /usr/lib/slowdisk.so "$(dirname "$0")/slowdisk.c"
start_simulator
configure
# A ledger of the first released schema, on a disk that takes its time.
old_ledger() {
    install -D -m 600 /repository/Tests/LedgerTests/Released/schema-1.sqlite /var/lib/private/wabawatch/ledger.sqlite
    rm -f /var/lib/private/wabawatch/ledger.sqlite-*
    chmod 700 /var/lib/private/wabawatch
    chown --reference=/var/lib/private/wabawatch /var/lib/private/wabawatch/ledger.sqlite
}
migrations() {
    python3 -c 'import sqlite3; print(*[row[0] for row in sqlite3.connect("file:/var/lib/private/wabawatch/ledger.sqlite?mode=ro", uri=True).execute("SELECT identifier FROM grdb_migrations ORDER BY 1")])'
}
status() { property StatusText; }
slow() { echo "$1" >/usr/lib/slowdisk.seconds; }
set_unit 'Environment=LD_PRELOAD=/usr/lib/slowdisk.so SLOWDISK=/usr/lib/slowdisk.seconds' Restart=no TimeoutStartSec=12s

old_ledger
same 'the migrations of the old ledger' 1 "$(migrations)"
slow 27
begin=$SECONDS
systemctl start --no-block wabawatchd
await 20 sh -c 'systemctl show --value --property=StatusText wabawatchd | grep -q "^opening the ledger (for 10 s)$"'
# That is after more than the start may take.
await 20 sh -c 'systemctl show --value --property=StatusText wabawatchd | grep -q "^opening the ledger (for 20 s)$"'
same 'the state after 20 seconds' 'activating start' "$(property ActiveState) $(property SubState)"
await 30 systemctl is-active --quiet wabawatchd
[ $((SECONDS - begin)) -ge 25 ] || fail "it started after $((SECONDS - begin)) s: the disk was not slow"
echo "from start to active: $((SECONDS - begin)) s, with TimeoutStartSec=12s"
same 'restarts' 0 "$(property NRestarts)"
await 20 changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline
same 'the old changes' "$(seq 5 22 | paste -sd' ')" "$(wabawatch history --output json | head -n 18 | jq .sequence | paste -sd' ')"
status | found 'opening' && fail 'STATUS still tells of the opening'
same 'the migrations now' '1 2 3 4 5 6 7 8 kind alarm' "$(migrations)"

# That the limit bites: where it is over before the first word, the start fails.
systemctl stop wabawatchd
old_ledger
set_unit TimeoutStartSec=4s
systemctl start wabawatchd 2>/dev/null && fail 'a start that took longer than it may succeeded'
same 'the result' timeout "$(property Result)"

# And where nothing is slow it is no matter.
systemctl reset-failed wabawatchd
slow 0
systemctl start wabawatchd || fail 'it does not start'
