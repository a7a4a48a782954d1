# A copy of the ledger is made while the service runs, and put back as the manual says it: what it holds is told once.
. "$(dirname "$0")/library.sh"

start_simulator
configure
systemctl start wabawatchd
await_baseline
set_about 'before the copy'
await 10 changes_are 1 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
wabawatch backup /tmp/copy.sqlite >/tmp/told 2>&1 || fail "no copy was made: $(cat /tmp/told)"
same 'who may read the copy' '600 root' "$(stat --format='%a %U' /tmp/copy.sqlite)"
wabawatch backup /tmp/copy.sqlite >/tmp/told 2>&1 && fail 'the copy was replaced unasked'
runuser -u nobody -- wabawatch backup /tmp/nobodys.sqlite >/tmp/told 2>&1 && fail 'anybody can copy the ledger'
grep --quiet 'run this as root' /tmp/told || fail "the words for it: $(cat /tmp/told)"
last=$(wabawatch history --output json | tail -n 1 | jq .sequence)
set_about 'after the copy'
await 10 changes_are 2 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed

# The manual's own commands, but for the path of the copy.
sed -n '/^\.Sh BACKUP/,/^\.Sh SEE/s/^\.Dl # //p' /repository/systemd/wabawatch.mdoc | sed -e 1d -e 's#/var/backups/wabawatch.sqlite#/tmp/copy.sqlite#' >/tmp/commands
same 'the first of the commands' 'systemctl stop wabawatchd.service wabawatchd.socket' "$(head -n 1 /tmp/commands)"
bash -e /tmp/commands || fail "what the manual says does not work: $(cat /tmp/commands)"
await 10 changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline || fail 'a second baseline after the copy was put back'
same 'the first change after the copy' "$((last + 1))" "$(wabawatch history --output json | tail -n 1 | jq .sequence)"
same 'restarts' 0 "$(property NRestarts)"
