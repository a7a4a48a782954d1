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

# Waits for the next look at what is measured over a span of time. Nothing else waits for time alone: there is an event, or a condition for `await`.
next_second() { sleep 1; }

# How long the machine has been running, in hundredths of a second.
uptime() { read -r time _ </proc/uptime && echo "${time/./}"; }
is_past() { [ "$(uptime)" -gt "$(($1 + $2 * 100))" ]; } # UPTIME SECONDS
# When the daemon last told the manager's watchdog that all its parts have moved, in microseconds.
alive() { property WatchdogTimestampMonotonic; }
is_alive_after() { [ "$(alive)" -gt "$(($1 + $2 * 1000000))" ]; } # MOMENT SECONDS

# What a process has used of the processor, in ticks of 10 ms.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; } # PROCESS

# Fails unless both texts are equal.
same() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1 should be $2 but is $3"
}

# Whether a line of standard input matches. It reads to the end: behind `grep --quiet` the writer is killed, and with pipefail what was found counts as
# not found as soon as more than a buffer follows.
found() { [ "$(grep --count "$@")" -gt 0 ]; } # GREP'S ARGUMENTS...

property() { systemctl show --value --property="$1" "${2:-wabawatchd.service}"; }

# The Graph API's stand-in, as a service of its own.
start_simulator() { # [MORE ARGUMENTS]
    systemd-run --quiet --unit=graph-simulator graph-simulator --port 8400 --numbers 3 --blocked 0 --token "$token" "$@"
    await 10 curl --silent --fail "$simulator/$number?access_token=$token"
    account=$(journalctl --quiet --unit=graph-simulator --output=cat | awk '$1 == "account" { print $2 }')
    # The second, if there is one.
    second=$(sed -n 2p <<<"$account")
    account=$(head -n 1 <<<"$account")
}

# What somebody does at Meta: a write to the simulator.
write() { # EDGE JSON
    curl --silent --show-error --fail --header "Authorization: Bearer $token" --json "$2" "$simulator/$1" >/dev/null
}

# What somebody does to the simulator itself, which must run with --control.
control() { # PATH JSON
    curl --silent --show-error --fail --json "$2" "${simulator%/v25.0}/simulator/$1" >/dev/null
}

# A setting of the unit for this machine.
set_unit() { # LINE...
    install -d /run/systemd/system/wabawatchd.service.d
    { echo '[Service]'; printf '%s\n' "$@"; } >"/run/systemd/system/wabawatchd.service.d/$((++unit_settings)).conf"
    systemctl daemon-reload
}
unit_settings=0

# A profile's text, changed at Meta.
set_about() { # TEXT [NUMBER]
    write "${2:-$number}/whatsapp_business_profile" "{\"messaging_product\": \"whatsapp\", \"about\": \"$1\"}"
}

# What the daemon itself said, one JSON object a line.
said() { # CONDITION...
    journalctl --sync
    journalctl --all --quiet --output=json --unit=wabawatchd "$@" | jq -c 'select(.WABAWATCH_LOGGER)'
}
said_text() { said | jq -r .MESSAGE | found --fixed-strings -- "$1"; }

# A program on this host that is told every change from now on, over every restart of the daemon: one JSON object a line in /tmp/heard.
start_subscriber() {
    systemd-run --quiet --unit=subscriber --property=StandardOutput=file:/tmp/heard --property=StandardError=file:/tmp/remarks \
        wabawatch monitor --output json --cursor-file /tmp/subscriber.cursor
    await 10 grep --quiet : /tmp/subscriber.cursor
}
heard() { jq -r "$1" /tmp/heard; }
heard_are() { [ "$(wc -l </tmp/heard)" = "$1" ]; } # COUNT

# The configuration of one account at the simulator, looked at every second, its token a credential.
configure() { # [MORE YAML]
    cat >/etc/wabawatch/wabawatch.yaml <<X
graph: { base_url: "${simulator%/v25.0}", version: v25.0 }
watch:
  phone_number: { every: 1s }
  business_profile: { every: 1s }
  adaptive: false
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

# The sequences of these changes, one a line, in the order of their entries. An entry that stands for several, which WABAWATCH_COUNT counts, stands for
# the one that it names and those right before it.
sequences() { changes "$@" | jq '(.WABAWATCH_SEQUENCE | tonumber) as $last | range($last - (.WABAWATCH_COUNT // "1" | tonumber) + 1; $last + 1)'; }

# Whether there are exactly so many of them.
changes_are() { # COUNT CONDITION...
    local count=$1
    shift
    [ "$(sequences "$@" | wc -l)" = "$count" ]
}

# The first complete look has been recorded: three numbers and three profiles, each at its journal entry.
await_baseline() {
    await 20 changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=baseline
    await 20 changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline
}
