# Who may change what at Meta: real users and groups, the account's own list, and the journal of both.
. "$(dirname "$0")/library.sh"

start_simulator
configure
# The group of the package may act; one account allows two actions.
sed -i 's/^accounts:/socket: { control_group: wabawatch-control }\naccounts:/; s/credential: acme.token } }/credential: acme.token }, actions: [block, profile] }/' \
    /etc/wabawatch/wabawatch.yaml
useradd --no-create-home --user-group --groups wabawatch,wabawatch-control caretaker
useradd --no-create-home --user-group --groups wabawatch stranger
# A service with users of its own is shown nobody's id but root's and its own: then it cannot say who of the group it was.
set_unit PrivateUsers=no
systemctl start wabawatchd
await_baseline

as() { # USER ARGUMENTS...
    setpriv --reuid "$1" --regid "$1" --init-groups wabawatch "${@:2}"
}
actions() { journalctl --sync && journalctl --quiet --output=json MESSAGE_ID=8e4a1d5c7b2f4936b0d8f6e3a9c5712b "$@" | jq -r .MESSAGE; }
uid=$(id -u caretaker)

# A member of the group may do what the account allows, and is named.
as caretaker set business_profile acme "$number" about='Set by the caretaker' >/tmp/said 2>&1 || fail "the caretaker was refused: $(cat /tmp/said)"
await 10 changes_are 1 WABAWATCH_ORIGIN=command WABAWATCH_KIND=business_profile
changes WABAWATCH_ORIGIN=command | jq -r .WABAWATCH_ACTOR_UID | found --line-regexp "$uid" || fail 'the change does not say who it was'
actions WABAWATCH_ACTION=profile WABAWATCH_ACTOR_UID="$uid" | found ': done$' || fail "the action is not in the journal: $(actions)"
as caretaker block acme "$number" '+1 650 555 1234' >/tmp/said 2>&1 || fail "nobody was blocked: $(cat /tmp/said)"
actions WABAWATCH_ACTION=block | found ': block 1 user at .*: done$' || fail "the block is not in the journal: $(actions)"

# What the account does not allow is refused by name, to everybody.
for user in caretaker root; do
    ! as "$user" qr create acme "$number" Hello >/tmp/said 2>&1 || fail "$user may do what is not allowed"
    found 'add qr_code to its actions' </tmp/said || fail "it does not say what to set: $(cat /tmp/said)"
done
same 'refusals of qr_code' 2 "$(actions WABAWATCH_ACTION=qr_code | grep --count refused)"

# Who is not in the group may do nothing, whatever is allowed.
! as stranger set business_profile acme "$number" about='Set by a stranger' >/tmp/said 2>&1 || fail 'a stranger may act'
same 'the profile' 'Set by the caretaker' \
    "$(curl --silent "$simulator/$number/whatsapp_business_profile?fields=about&access_token=$token" | jq -r '.data[0].about')"
actions | found 'stranger ([0-9]*): Update: refused: not in the control group' || fail "the stranger is not in the journal: $(actions)"

# As it is installed: the group still decides, and who it was is told as far as it can be.
rm /run/systemd/system/wabawatchd.service.d/*.conf
systemctl daemon-reload
systemctl restart wabawatchd
as caretaker set business_profile acme "$number" about='Set once more' >/tmp/said 2>&1 || fail "the caretaker was refused: $(cat /tmp/said)"
await 10 changes_are 2 WABAWATCH_ORIGIN=command WABAWATCH_KIND=business_profile
! as stranger set business_profile acme "$number" about='Set by a stranger' >/tmp/said 2>&1 || fail 'a stranger may act'

# What is done while there is no journal is told when there is one again, with the next action.
units=(systemd-journald-dev-log.socket systemd-journald-audit.socket systemd-journald.socket systemd-journald.service)
systemctl stop "${units[@]}" 2>/dev/null || true
rm -f /run/systemd/journal/socket
as caretaker set business_profile acme "$number" about='Set without a journal' >/tmp/said 2>&1 || fail "the caretaker was refused: $(cat /tmp/said)"
systemctl start "${units[@]}" 2>/dev/null || true
as caretaker set business_profile acme "$number" about='Set with one again' >/tmp/said 2>&1 || fail "the caretaker was refused: $(cat /tmp/said)"
same 'profiles set, by the journal' 4 "$(actions WABAWATCH_ACTION=profile | grep --count ': done$')"
