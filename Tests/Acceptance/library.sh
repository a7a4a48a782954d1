# What the acceptance cases share. Each runs as root on a freshly booted machine; the repository is at /repository.
set -euo pipefail

simulator=http://127.0.0.1:8400/v25.0
token=ACCEPTANCEtokenCANARY
number=107878721936019 # the simulator's first

# Ends the case, with what a person would look at first.
fail() {
    echo "FAILED: $*" >&2
    systemctl status --no-pager --lines=0 wabawatchd.service wabawatchd.socket >&2 || true
    journalctl --no-pager --quiet --output=short-precise --lines=40 --unit=wabawatchd --unit=graph-simulator >&2 || true
    exit 1
}
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

# Waits until the command succeeds, at most so many seconds.
await() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || fail "in vain: $*"
        sleep 0.05
    done
}

# Fails unless both texts are equal.
same() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1 should be $2 but is $3"
}

property() { systemctl show --value --property="$1" "${2:-wabawatchd.service}"; }

# The Graph API's stand-in, as a service of its own.
start_simulator() {
    systemd-run --quiet --unit=graph-simulator graph-simulator --port 8400 --numbers 3 --blocked 0 --token "$token"
    await 10 curl --silent --fail "$simulator/$number?access_token=$token"
    account=$(journalctl --quiet --unit=graph-simulator --output=cat | awk '$1 == "account" { print $2 }')
    [ -n "$account" ] || account=$(curl --silent "$simulator/$number?fields=whatsapp_business_account&access_token=$token" | jq -r '.whatsapp_business_account.id // empty')
}

# What somebody does at Meta: a write to the simulator.
write() { # EDGE JSON
    curl --silent --show-error --fail --header "Authorization: Bearer $token" --json "$2" "$simulator/$1" >/dev/null
}

# The configuration of one account at the simulator, looked at every second, its token a credential.
configure() { # [MORE YAML]
    cat >/etc/wabawatch/wabawatch.yaml <<X
graph: { base_url: "${simulator%/v25.0}", version: v25.0 }
watch:
  phone_number: { every: 1s }
  business_profile: { every: 1s }
  splay: 0%
budget: { calls_per_hour: 100000 }
accounts:
  - { name: acme, waba_id: "$account", token: { credential: acme.token } }
${1:-}
X
    install -d -m 700 /etc/wabawatch/credentials
    printf '%s' "$token" >/etc/wabawatch/credentials/acme.token
    chmod 400 /etc/wabawatch/credentials/acme.token
    install -d /etc/systemd/system/wabawatchd.service.d
    printf '[Service]\nLoadCredential=acme.token:/etc/wabawatch/credentials/acme.token\n' \
        >/etc/systemd/system/wabawatchd.service.d/credentials.conf
    systemctl daemon-reload
}

# Changes in the journal, one JSON object a line, oldest first; more conditions of journalctl may be given.
changes() { journalctl --sync && journalctl --all --quiet --output=json --unit=wabawatchd _TRANSPORT=journal "$@" | jq -c 'select(.WABAWATCH_SEQUENCE)'; }

# Whether there are exactly so many of them.
changes_are() { # COUNT CONDITION...
    local count=$1
    shift
    [ "$(changes "$@" | wc -l)" = "$count" ]
}

# The first complete look has been recorded: three numbers and three profiles, each at its journal entry.
await_baseline() {
    await 20 changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=baseline
    await 20 changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline
}
