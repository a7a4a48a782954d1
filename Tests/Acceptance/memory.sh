# seconds: 900
# Twenty numbers with 64,000 blocked users each: recorded, looked at again, changed, and streamed, within the memory that the unit may have.
. "$(dirname "$0")/library.sh"

if [ -z "$(find /out -name 'wabawatch_*.deb')" ] && [ ! -e /etc/release-build ]; then
    echo 'this is for the package: a debug build takes too long'
    exit 77
fi

# The bed's control groups are read-only until told otherwise, and the manager looks at that when it starts.
if [ -d /sys/fs/cgroup/memory ]; then
    mount -o remount,bind,rw /sys/fs/cgroup/memory
    systemctl daemon-reexec
fi
limit=$(property MemoryMax)
# A limit that does not bite shows nothing.
if systemd-run --quiet --wait --property=MemoryMax=20M python3 -c 'bytes = b"x" * (100 << 20)' 2>/dev/null; then
    echo 'memory cannot be limited here'
    exit 77
fi

systemd-run --quiet --unit=graph-simulator graph-simulator --port 8400 --numbers 20 --blocked 64000 --token "$token" --budget 10000000
await 120 curl --silent --fail "$simulator/$number?access_token=$token"
account=$(journalctl --quiet --unit=graph-simulator --output=cat | awk '$1 == "account" { print $2 }')
configure
sed -i 's/  splay: 0%/  blocked_user: { every: 20s, paging: cursor, full_sweep: 20s }\n  splay: 0%/; s/100000/100000000/' /etc/wabawatch/wabawatch.yaml
started=$SECONDS
systemctl start wabawatchd
await 600 changes_are 20 WABAWATCH_KIND=blocked_user WABAWATCH_OPERATION=baseline
echo "baseline of 20 x 64,000 after $((SECONDS - started)) s"
peak() { cat "/sys/fs/cgroup/memory$(awk -F: '/:memory:/ { print $3 }' "/proc/$(property MainPID)/cgroup")/memory.max_usage_in_bytes" 2>/dev/null || echo 0; }
rss() { awk '/VmHWM|VmRSS/ { printf "%s %d MB  ", $1, $2 / 1024 }' "/proc/$(property MainPID)/status"; echo; }
rss; echo "peak of the control group: $(($(peak) / 1048576)) MB, limit $limit"

# One of them is unblocked, another blocked in its place: two more complete looks. Then a reader takes a whole snapshot.
user=$(wabawatch list blocked_user --output json | jq -r "select(.phoneNumberId == \"$number\") | .id" | tail -n 1)
curl --silent --show-error --fail --request DELETE --header "Authorization: Bearer $token" \
    --json "{\"messaging_product\": \"whatsapp\", \"block_users\": [{\"user\": \"$user\"}]}" "$simulator/$number/block_users" >/dev/null
write "$number/block_users" '{"messaging_product": "whatsapp", "block_users": [{"user": "+15557770001"}]}'
await 300 changes_are 1 WABAWATCH_KIND=blocked_user WABAWATCH_OPERATION=added
await 300 changes_are 1 WABAWATCH_KIND=blocked_user WABAWATCH_OPERATION=removed
same 'things in a snapshot' 1280000 "$(wabawatch list blocked_user --output json | wc -l)"
rss; echo "peak of the control group: $(($(peak) / 1048576)) MB"
same 'restarts' 0 "$(property NRestarts)"
same 'the state' active "$(property ActiveState)"

# The same ledger once more.
systemctl stop wabawatchd
begin=$(date +%s%N)
systemctl start wabawatchd
echo "from start to active with 1,280,000 things: $((($(date +%s%N) - begin) / 1000000)) ms; the ledger has $(du -m /var/lib/private/wabawatch/ledger.sqlite | cut -f1) MB"
rss
