# A reload with mistakes changes nothing and tells every one of them; a good one takes effect whole, for the same process and the same subscribers.
. "$(dirname "$0")/library.sh"

start_simulator --accounts 2
configure
systemctl start wabawatchd
await_baseline
start_subscriber
process=$(property MainPID)
cp /etc/wabawatch/wabawatch.yaml /tmp/good
printf 'graph:\n  timeout: never\nname: other\nwaba_id: "x"\n' >/etc/wabawatch/accounts.d/other.yaml
echo 'nonsense: 1' >>/etc/wabawatch/wabawatch.yaml
line=$(wc -l </etc/wabawatch/wabawatch.yaml)

systemctl reload wabawatchd 2>/dev/null && fail 'a reload with mistakes succeeded'
await 10 said_text 'the configuration stays as it was'
problems=$(said | jq -c 'select(.WABAWATCH_PROBLEM) | [.WABAWATCH_FILE, .WABAWATCH_LINE, .WABAWATCH_KEY]')
for problem in "[\"/etc/wabawatch/wabawatch.yaml\",\"$line\",\"nonsense\"]" '["/etc/wabawatch/accounts.d/other.yaml","1","graph"]' \
    '["/etc/wabawatch/accounts.d/other.yaml","4","waba_id"]'; do
    grep --quiet --fixed-strings "$problem" <<<"$problems" || fail "not told: $problem; told: $problems"
done
property StatusText | found 'new configuration refused: /etc/wabawatch/' || fail 'STATUS does not tell'
same 'the state' 'active running' "$(property ActiveState) $(property SubState)"
set_about 'after a bad file'
await 10 changes_are 1 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed

# A token that root alone can read: only the daemon itself finds that out.
printf '%s' "$token" >/etc/wabawatch/root.token
chmod 600 /etc/wabawatch/root.token
sed 's#credential: acme.token#file: /etc/wabawatch/root.token#' /tmp/good >/etc/wabawatch/wabawatch.yaml
rm /etc/wabawatch/accounts.d/other.yaml
systemctl reload wabawatchd 2>/dev/null && fail 'a reload with a token that cannot be read succeeded'
await 10 said_text 'the file /etc/wabawatch/root.token cannot be opened: Permission denied'
# Accounts that cannot be read are not taken to be gone.
cp /tmp/good /etc/wabawatch/wabawatch.yaml
chmod 700 /etc/wabawatch/accounts.d
systemctl reload wabawatchd 2>/dev/null && fail 'a reload without the right to read accounts.d succeeded'
chmod 755 /etc/wabawatch/accounts.d
touch /etc/wabawatch/accounts.d/other.yaml.bak
systemctl reload wabawatchd 2>/dev/null && fail 'a reload with a file that is no account succeeded'
rm /etc/wabawatch/accounts.d/other.yaml.bak
[ -z "$(find /run/wabawatch -name 'reload.*')" ] || fail 'a reload left something behind'
refusals=$(said | jq -r .MESSAGE | grep -c 'stays as it was')
echo 'nonsense: 1' >>/etc/wabawatch/wabawatch.yaml

# The same by the signal alone.
systemctl kill --signal=HUP --kill-whom=main wabawatchd
await 10 sh -c '[ "$(journalctl --sync; journalctl --quiet --unit=wabawatchd --output=cat --grep="stays as it was" | wc -l)" -gt "$0" ]' "$refusals"

# Mended, with a second account, and profiles no longer looked at: in force at once.
sed 's/business_profile: { every: 1s }/business_profile: { every: never }/' /tmp/good >/etc/wabawatch/wabawatch.yaml
printf 'name: second\nwaba_id: "%s"\ntoken: { credential: acme.token }\nwatch: { business_profile: { every: 1s } }\n' "$second" \
    >/etc/wabawatch/accounts.d/other.yaml
systemctl reload wabawatchd || fail 'a good file was refused'
await 10 changes_are 1 WABAWATCH_ACCOUNT=second WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=baseline
await 10 changes_are 3 WABAWATCH_ACCOUNT=second WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline
property StatusText | found refused && fail 'STATUS still tells of the refused file'
await 10 sh -c "systemctl show --value --property=StatusText wabawatchd | grep '2 accounts, 6 numbers, all watches current'"
before=$(changes WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed | wc -l)
set_about 'nobody looks at this'
write "$number/deregister" '{}'
await 10 changes_are 1 WABAWATCH_ACCOUNT=acme WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed
same 'changes of a kind that is turned off' "$before" "$(changes WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed | wc -l)"

# Back again: no second baseline, and what changed meanwhile is a change.
cp /tmp/good /etc/wabawatch/wabawatch.yaml
systemctl reload wabawatchd
await 10 changes_are "$((before + 1))" WABAWATCH_ACCOUNT=acme WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
changes_are 3 WABAWATCH_ACCOUNT=acme WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline || fail 'a second baseline after a reload'
changes_are 1 WABAWATCH_ACCOUNT=acme WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=baseline || fail 'a second baseline after a reload'

# What only a start can change is told and left.
printf 'ledger: { path: /var/lib/private/wabawatch/other.sqlite }\n' >>/etc/wabawatch/wabawatch.yaml
systemctl reload wabawatchd
await 10 said_text 'some settings take effect at the next start only (keys: ledger.path)'
[ ! -e /var/lib/private/wabawatch/other.sqlite ] || fail 'the ledger was changed'

# The second account is taken out.
cp /tmp/good /etc/wabawatch/wabawatch.yaml
rm /etc/wabawatch/accounts.d/other.yaml
systemctl reload wabawatchd
await 10 changes_are 1 WABAWATCH_ACCOUNT=second WABAWATCH_KIND=account WABAWATCH_OPERATION=removed

same 'the process' "$process" "$(property MainPID)"
same 'restarts' 0 "$(property NRestarts)"
same 'what the subscriber remarked' '' "$(cat /tmp/remarks)"
await 10 heard_are "$(($(sequences | wc -l) - $(heard .sequence | head -n 1) + 1))"
same 'what the subscriber heard' "$(sequences | tail -n "$(wc -l </tmp/heard)")" "$(heard .sequence)"
