# From nothing to a change: setup writes what is needed, the service starts with it, and an account and a token that come later are taken in by a reload.
. "$(dirname "$0")/library.sh"

start_simulator --control --accounts 2
cat >/etc/wabawatch/wabawatch.yaml <<X
graph: { base_url: "${simulator%/v25.0}", version: v25.0 }
watch:
  phone_number: { every: 1s }
  business_profile: { every: 1s }
  adaptive: false
  splay: 0%
budget: { calls_per_hour: 100000 }
X
rm -rf /etc/systemd/system/wabawatchd.service.d/credentials.conf /etc/wabawatch/credentials

# One account, its token from standard input.
wabawatchd setup --business "$account" --name acme --token-file - --yes <<<"$token" >/tmp/told 2>&1 || fail "setup failed: $(cat /tmp/told)"
grep --quiet --fixed-strings "$token" /tmp/told && fail 'the token was shown'
same 'the token' "$token" "$(cat /etc/wabawatch/tokens/acme)"
same 'who may read the token' '400 root' "$(stat --format='%a %U' /etc/wabawatch/tokens/acme)"
same 'who may enter the folder of tokens' '700 root' "$(stat --format='%a %U' /etc/wabawatch/tokens)"
same 'who may read the account' 644 "$(stat --format=%a /etc/wabawatch/accounts.d/acme.yaml)"
# Its own words of what comes next, but for those that are an alternative.
sed -n '/^Next:/,$s/^  \(systemctl [^#]*\).*/\1/p' /tmp/told >/tmp/next
same 'what comes next' 'systemctl daemon-reload systemctl enable --now wabawatchd' "$(xargs </tmp/next)"
bash -e /tmp/next || fail 'what setup names next does not work'
await_baseline
process=$(property MainPID)
set_about 'set up'
await 10 changes_are 1 WABAWATCH_ACCOUNT=acme WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed

# The other account of the portfolio: what is there stays as it is, and a reload takes in what is new.
before=$(sha256sum /etc/wabawatch/accounts.d/acme.yaml /etc/wabawatch/tokens/acme /etc/systemd/system/wabawatchd.service.d/tokens.conf)
printf '%s\r\n' "$token" >/tmp/token
wabawatchd setup --business 506914307656634 --token-file /tmp/token --yes >/tmp/told 2>&1 || fail "setup failed: $(cat /tmp/told)"
same 'what was there' "$before" "$(sha256sum /etc/wabawatch/accounts.d/acme.yaml /etc/wabawatch/tokens/acme /etc/systemd/system/wabawatchd.service.d/tokens.conf)"
same 'the second account' "$second" "$(sed -n 's/^waba_id: "\(.*\)"/\1/p' /etc/wabawatch/accounts.d/lucky-shrub-2.yaml)"
systemctl reload wabawatchd || fail 'the reload failed'
await 20 changes_are 3 WABAWATCH_ACCOUNT=lucky-shrub-2 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline
same 'the process' "$process" "$(property MainPID)"

# Once more there is nothing left to set up, and nothing is changed.
wabawatchd setup --business 506914307656634 --token-file /tmp/token --yes >/tmp/told 2>&1 && fail 'setup says that it did something'
same 'what was there' "$before" "$(sha256sum /etc/wabawatch/accounts.d/acme.yaml /etc/wabawatch/tokens/acme /etc/systemd/system/wabawatchd.service.d/tokens.conf)"

# A token's file is exchanged, and a reload takes it.
control tokens '{"ROTATEDtokenCANARY": "valid"}'
echo ROTATEDtokenCANARY >/etc/wabawatch/tokens/acme
systemctl reload wabawatchd || fail 'the reload failed'
control tokens "{\"$token\": \"revoked\"}"
token=ROTATEDtokenCANARY
set_about 'by the new token'
await 10 changes_are 2 WABAWATCH_ACCOUNT=acme WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
journalctl --all --quiet --output=export --unit=wabawatchd | found --text CANARY && fail 'a token is in the journal'

# Somebody who may not write there is told so before anything is asked.
runuser -u nobody -- wabawatchd setup --token-file /dev/null --yes >/tmp/told 2>&1 && fail 'anybody can set up accounts'
grep --quiet 'Run this as root' /tmp/told || fail "the words for it: $(cat /tmp/told)"
exit 0
