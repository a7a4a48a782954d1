# 3,500 users blocked between two looks: the journal has a thousand entries of one user each, then one for each further thousand with the counts,
# which add up; the socket has told of every one.
. "$(dirname "$0")/library.sh"

start_simulator
configure
sed -i 's/^  splay: 0%/  blocked_user: { every: 1h, paging: cursor }\n&/' /etc/wabawatch/wabawatch.yaml
systemctl start wabawatchd
await_baseline
await 20 changes_are 3 WABAWATCH_KIND=blocked_user WABAWATCH_OPERATION=baseline
start_subscriber

for call in 0 1 2 3; do
    seq $((15550000000 + call * 875)) $((15550000000 + call * 875 + 874)) |
        jq --null-input --raw-input '{ messaging_product: "whatsapp", block_users: [inputs | { user: . }] }' >/tmp/block
    write "$number/block_users" @/tmp/block
done
same 'what the look recorded' 3500 "$(wabawatch poll acme blocked_user --output cat)"
await 60 heard_are 3500
blocked() { changes WABAWATCH_KIND=blocked_user WABAWATCH_OPERATION=added; }
counts() { blocked | jq -r '.WABAWATCH_COUNT // "1"'; }
await 30 sh -c '[ "$(wabawatch history -n 1 --reverse --output json | jq .sequence)" = "$(journalctl --sync; journalctl --unit=wabawatchd --output=json WABAWATCH_ACCOUNT=acme --lines=1 | jq -r .WABAWATCH_SEQUENCE)" ]'
same 'entries of one user' 1000 "$(counts | grep -cx 1)"
same 'the counts of the others' '1000 1000 500' "$(counts | grep -vx 1 | paste -sd' ')"
same 'all counts' 3500 "$(counts | awk '{ sum += $1 } END { print sum }')"
same 'what the subscriber heard' 3500 "$(heard 'select(.kind == "blocked_user" and .operation == "added") | .id' | sort -u | wc -l)"

# An entry of many has what they have in common.
last=$(blocked | tail -n 1)
field() { jq -r --arg name "$1" '.[$name] // empty' <<<"$last"; }
same MESSAGE_ID ece0f28c341843a185732468f235d3b0 "$(field MESSAGE_ID)"
same PRIORITY 5 "$(field PRIORITY)"
same WABAWATCH_SEQUENCE "$(heard .sequence | tail -n 1)" "$(field WABAWATCH_SEQUENCE)"
same WABAWATCH_CURSOR "$(heard .cursor | tail -n 1)" "$(field WABAWATCH_CURSOR)"
same WABAWATCH_PHONE_NUMBER_ID "$number" "$(field WABAWATCH_PHONE_NUMBER_ID)"
same WABAWATCH_WABA_ID "$account" "$(field WABAWATCH_WABA_ID)"
same WABAWATCH_ORIGIN poll "$(field WABAWATCH_ORIGIN)"
same WABAWATCH_COUNT_ADDED 500 "$(field WABAWATCH_COUNT_ADDED)"
same 'what a single thing alone has' '' "$(field WABAWATCH_ID)$(field WABAWATCH_AFTER)$(field WABAWATCH_BEFORE)$(field WABAWATCH_FIELD)"
field MESSAGE | found "^acme: 500 blocked users of .*($number) at once: 500 added (changes [0-9]* to $(field WABAWATCH_SEQUENCE))$" || fail "the sentence is: $(field MESSAGE)"
# The sequences that the entries end at, and their counts, leave no gap.
same 'the first that is not told' '' "$(sequences | awk '$1 != before + 1 { print before + 1; exit } { before = $1 }')"
journalctl --quiet --catalog --unit=wabawatchd WABAWATCH_COUNT=500 | found 'one entry for each thousand' || fail 'the catalog does not explain an entry of many'
