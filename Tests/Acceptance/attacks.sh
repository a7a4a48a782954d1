# seconds: 900
# beside: others
# What a user who may connect can do to the service and to another user's programs: nothing that they notice, and never more memory than it may have.
. "$(dirname "$0")/library.sh"

# The bed's control groups are read-only until told otherwise, and the manager looks at that when it starts.
if [ -d /sys/fs/cgroup/memory ]; then
    mount -o remount,bind,rw /sys/fs/cgroup/memory
    systemctl daemon-reexec
fi
# Where a limit does not bite, what the service holds at the most (VmHWM) shows the same.
if systemd-run --quiet --wait --property=MemoryMax=20M python3 -c 'bytes = b"x" * (100 << 20)' 2>/dev/null; then
    echo 'memory cannot be limited here: VmHWM alone is looked at'
fi
for user in mallory alice; do useradd --groups wabawatch "$user"; done

systemd-run --quiet --unit=graph-simulator graph-simulator --port 8400 --numbers 10 --blocked 3000 --token "$token" --budget 10000000
await 60 curl --silent --fail "$simulator/$number?access_token=$token"
account=$(journalctl --quiet --unit=graph-simulator --output=cat | awk '$1 == "account" { print $2 }')
configure
sed -i 's/  splay: 0%/  blocked_user: { every: 5s, full_sweep: 5s }\n  splay: 0%/; s/100000/100000000/' /etc/wabawatch/wabawatch.yaml
systemctl start wabawatchd
await 120 changes_are 10 WABAWATCH_KIND=blocked_user WABAWATCH_OPERATION=baseline
mapfile -t phones < <(wabawatch list phone_number --output json | jq -r .id)
same 'numbers' 10 "${#phones[@]}"
# A history that no socket's buffer holds.
for batch in 1 2 3 4 5; do
    users=$(for user in {000..999}; do printf '{"user":"+1555%d%s777"},' "$batch" "$user"; done)
    write "$number/block_users" "{\"messaging_product\": \"whatsapp\", \"block_users\": [${users%,}]}"
done
recorded() { [ "$(property StatusText | sed -n 's/.*change \([0-9]*\).*/\1/p')" -gt 5000 ]; }
await 120 recorded
pid=$(property MainPID)
echo "attack | resident at the peak | subscriber p99 | p50 | GetStatus | changes heard"
python3 /repository/Tests/Acceptance/attacks.py judge /run/wabawatch/io.wabawatch "$pid" mallory alice "$simulator" "$token" "${phones[@]}" ||
    fail 'an attack was noticed'
same 'restarts' 0 "$(property NRestarts)"
same 'the process' "$pid" "$(property MainPID)"
# The log tells of it, and not too much.
said_text "a client's connection was closed" || fail 'nothing was logged'
lines=$(said | jq -r .MESSAGE | grep --count --extended-regexp "a client's connection was closed|a client was turned away")
echo "lines of the log about clients: $lines"
[ "$lines" -lt 500 ] || fail "$lines lines of the log"
