# seconds: 240
# The Debian package: installed; upgraded from an older one whose service ran with a ledger of the first schema; removed, and purged with everything
# that the service wrote.
. "$(dirname "$0")/library.sh"

package=$(find /out -name 'wabawatch_*.deb' | head -n 1)
if [ -z "$package" ]; then
    echo 'there is no package to install'
    exit 77
fi
# A container's image may forbid packages to start anything; this machine is no container's image.
rm -f /usr/sbin/policy-rc.d
# What the bed has put there for the other cases.
tar --list --file=<(dpkg-deb --fsys-tarfile "$package") | grep -v '/$' | sed 's#^\.##' | xargs -d '\n' rm -f
rm -rf /etc/wabawatch /etc/systemd/system/wabawatchd.service.d
traces() { find /etc /usr /lib /var /run -xdev -path /var/log -prune -o -path /var/tmp -prune -o -path /var/lib/dpkg -prune -o -name '*wabawatch*' ! -path '/run/*bed*' -print 2>/dev/null | sort; }
before=$(traces)

# An older package: a lower version, without the units that came since, and with other texts in its configuration files.
older=/tmp/older
dpkg-deb --raw-extract "$package" $older
version=$(dpkg-deb --field "$package" Version)
sed -i 's/^Version: .*/Version: 0.0.1/' $older/DEBIAN/control
dpkg --compare-versions 0.0.1 lt "$version" || fail "$version is not newer than 0.0.1"
rm $older/lib/systemd/system/wabawatchd-metrics.socket $older/lib/systemd/system/wabawatchd-registry.service
sed -i '/^Wants=wabawatchd-/d; s/ wabawatchd-metrics.socket//' $older/lib/systemd/system/wabawatchd.s*
for file in wabawatch.yaml accounts.d/example.yaml.sample; do echo '# As it was.' >>$older/etc/wabawatch/$file; done
(cd $older && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb -Znone --root-owner-group --build $older /tmp/older.deb >/dev/null
rm -r $older

dpkg --install /tmp/older.deb >/tmp/dpkg 2>&1 || fail "it cannot be installed: $(cat /tmp/dpkg)"
getent group wabawatch >/dev/null || fail 'the group is not there'
journalctl --list-catalog | found wabawatch: || fail 'the catalog is not there'
same 'the state after the installation' inactive "$(property ActiveState)"
same 'files that differ from the package' '' "$(dpkg --verify wabawatch)"
man --where wabawatchd wabawatch >/dev/null || fail 'the manual pages are not there'

start_simulator
configure
systemctl enable --now --quiet wabawatchd
await_baseline
process=$(property MainPID)
write "$number/deregister" '{}'
await 10 changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed
cp /etc/wabawatch/wabawatch.yaml /tmp/mine
wabawatch history --output json | sed -E 's/("cursor": ?"[0-9a-f]{16}):[0-9a-f]{12}:/\1:/; s/,"transaction": ?[0-9]+//' >/tmp/history
start_subscriber
systemctl stop subscriber

# The older release left a ledger of the first schema, and readers cursors without an epoch: so does this one, between its end and the new one's start.
cat >/tmp/first-schema.py <<'P'
import hashlib, sqlite3

def checksum(values):
    """The first eight bytes of the SHA-256 of a row's values, as RowChecksum.swift makes them."""
    written = b""
    for value in values:
        if value is None: written += b"\0"
        elif isinstance(value, int): written += b"\1" + value.to_bytes(8, "little", signed=True)
        else: written += b"\2" + len(value.encode()).to_bytes(8, "little") + value.encode()
    return int.from_bytes(hashlib.sha256(written).digest()[:8], "big", signed=True)

ledger = sqlite3.connect("/var/lib/private/wabawatch/ledger.sqlite")
released = sqlite3.connect("file:/repository/Tests/LedgerTests/Released/schema-1.sqlite?mode=ro&immutable=1", uri=True)
for table in "begun_action", "budget", "epoch", "mute", "other_id", "report":
    ledger.execute(f"DROP TABLE {table}")
columns = "observed_at, place, id, operation, origin, severity, fields, before, after, summary"
changes = ledger.execute(f"SELECT sequence, {columns} FROM change ORDER BY sequence").fetchall()
ledger.execute("DROP TABLE change")
for sql, in released.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'change' ORDER BY type DESC").fetchall(): ledger.execute(sql)
for sequence, *values in changes:
    ledger.execute(f"INSERT INTO change VALUES ({', '.join('?' * 12)})", [sequence, *values, checksum(values)])
ledger.execute("DELETE FROM grdb_migrations WHERE identifier > '1'")
ledger.commit()
schemas = [sorted(map(repr, file.execute("SELECT type, name, sql FROM sqlite_master WHERE name <> 'sqlite_sequence'"))) for file in (ledger, released)]
assert schemas[0] == schemas[1], schemas
with open("/tmp/subscriber.cursor", "r+") as file:
    name, epoch, sequence = file.read().split(":")
    file.seek(0)
    file.truncate()
    file.write(f"{name}:{sequence}")
open("/tmp/first-schema", "w").write("yes")
P
# The subscriber is there again before the new service is.
declare -f start_subscriber | sed 's/systemd-run /systemd-run --no-block /; /await/d' >/tmp/old.sh
echo 'python3 /tmp/first-schema.py && start_subscriber' >>/tmp/old.sh
install -d /run/systemd/system/wabawatchd.service.d
printf '[Service]\nExecStopPost=+/bin/bash /tmp/old.sh\n' >/run/systemd/system/wabawatchd.service.d/old.conf
systemctl daemon-reload

# The upgrade, while one client after another connects.
cat >/tmp/clients.py <<'P'
import os, socket

connected = 0
while not os.path.exists("/tmp/upgraded"):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(30)
    peer.connect("/run/wabawatch/io.wabawatch")
    connected += 1
    try:
        peer.sendall(b'{"method":"org.varlink.service.GetInfo"}\0')
        peer.recv(65536)
    except (BrokenPipeError, ConnectionResetError):
        pass  # The ending service had taken it: then one connects again.
    peer.close()
print(connected)
P
python3 /tmp/clients.py >/tmp/connected &
clients=$!
dpkg --install --force-confold "$package" >/tmp/dpkg 2>&1 || fail "it cannot be upgraded: $(cat /tmp/dpkg)"
rm -r /run/systemd/system/wabawatchd.service.d
systemctl daemon-reload
await 10 sh -c "[ \"\$(systemctl show --value --property=MainPID wabawatchd)\" != $process ]"
await 10 systemctl is-active --quiet wabawatchd
touch /tmp/upgraded
wait "$clients" || fail 'a connect was refused during the upgrade'
echo "connects during the upgrade: $(cat /tmp/connected)"
[ -e /tmp/first-schema ] || fail 'the ledger was not made one of the first schema'
same 'the version' "$version" "$(dpkg-query --show --showformat='${Version}' wabawatch)"
same 'restarts' 0 "$(property NRestarts)"
same 'the migrations of the ledger' '1 2 3 4 5 6 7 8 kind alarm' "$(python3 -c 'import sqlite3; print(*[row[0] for row in sqlite3.connect("/var/lib/private/wabawatch/ledger.sqlite").execute("SELECT identifier FROM grdb_migrations ORDER BY 1")])')"
cmp /tmp/mine /etc/wabawatch/wabawatch.yaml || fail 'the configuration was replaced'
grep --quiet 'As it was' /etc/wabawatch/accounts.d/example.yaml.sample && fail 'a configuration file that nobody changed is the old one'
[ -f /lib/systemd/system/wabawatchd-metrics.socket ] || fail 'the new units are not there'

# Everything is where it was: the changes and their cursors, what is known, and the readers.
same 'the changes of before' "$(cat /tmp/history)" "$(wabawatch history --output json | head -n "$(wc -l </tmp/history)")"
write "$number/register" '{}'
await 10 changes_are 2 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed
changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=baseline || fail 'a second baseline after the upgrade'
same 'changes behind the last cursor of before' 1 "$(wabawatch history --output json --after "$(tail -n 1 /tmp/history | jq -r .cursor)" | wc -l)"
await 10 heard_are 1
same 'what the subscriber heard' "$(wabawatch history --output json | tail -n 1 | jq .sequence)" "$(heard .sequence)"
grep --ignore-case --extended-regexp 'refused|No such file' /tmp/remarks && fail "the subscriber's connect was refused"
same 'warnings and errors' '' "$(said --priority=warning | jq -r .MESSAGE)"
systemctl stop subscriber

dpkg --remove wabawatch >/dev/null 2>&1 || fail 'it cannot be removed'
systemctl is-active --quiet wabawatchd && fail 'it still runs after its removal'
systemctl is-active --quiet wabawatchd.socket && fail 'its socket is still there after its removal'
[ -f /var/lib/private/wabawatch/ledger.sqlite ] || fail 'the removal took the ledger with it'
[ -f /etc/wabawatch/wabawatch.yaml ] || fail 'the removal took the configuration with it'
dpkg --purge wabawatch >/dev/null 2>&1 || fail 'it cannot be purged'
rm -r /etc/systemd/system/wabawatchd.service.d # The machine's own drop-in file.
same 'what is left after the purge' '' "$(comm -13 <(echo "$before") <(traces))"
journalctl --list-catalog | found wabawatch: && fail 'the catalog is still there'
same 'units that are missing' '' "$(systemctl list-units --all --plain --no-legend 'wabawatchd*')"
