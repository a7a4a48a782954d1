# boots: 2
# After a second boot the ledger is there: no second baseline, the same cursors, and what changed in between is one change.
. "$(dirname "$0")/library.sh"

start_simulator --control
if [ ! -e /etc/first-boot ]; then
    configure
    systemctl enable --quiet wabawatchd
    systemctl start wabawatchd
    await_baseline
    set_about 'before the second boot'
    await 10 changes_are 1 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
    wabawatch history --output json | jq -r .cursor >/etc/first-boot
    journalctl --sync
    exit 0
fi
# The simulator has begun anew with what it had at first: that is the change.
systemctl start wabawatchd
await 20 changes_are 2 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline || fail 'a second baseline after the second boot'
same 'boots that the journal knows' 2 "$(journalctl --list-boots --quiet | wc -l)"
same 'the cursors of the first boot' "$(cat /etc/first-boot)" "$(wabawatch history --output json | jq -r .cursor | head -n "$(wc -l </etc/first-boot)")"
same 'changes behind the first boot' 1 "$(wabawatch history --output json --after "$(tail -n 1 /etc/first-boot)" | wc -l)"
