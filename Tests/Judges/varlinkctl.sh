#!/bin/sh
# systemd's own varlinkctl judges the daemon's sockets: varlinkctl.sh [FOLDER OF PROGRAMS] (.build/debug by default). Debian 12 has no varlinkctl, so that of
# a newer Debian runs in a root made here (20 seconds, 170 MB, kept in VARLINKCTL_ROOT). As root, with mmdebstrap and the network. Exit 0: every judgement passed.
set -eu
programs=$(realpath "${1:-.build/debug}")
root=${VARLINKCTL_ROOT:-/var/tmp/varlinkctl-root}
suite=${VARLINKCTL_SUITE:-trixie}
if [ ! -x "$root/usr/bin/varlinkctl" ]; then
    rm -rf "$root"
    mmdebstrap --quiet --variant=minbase --include=systemd "$suite" "$root" >&2
fi

site=$(mktemp -d)
mkdir -p "$root/site"
mount --bind "$site" "$root/site"
mount -t proc proc "$root/proc" # varlinkctl connects through it
cleanup() {
    kill $daemon $simulator 2>/dev/null || true
    umount "$root/site" "$root/proc"
    rm -rf "$site"
}
daemon='' simulator=''
trap cleanup EXIT
trap 'exit 1' INT TERM

"$programs/graph-simulator" --port 0 --numbers 3 >"$site/simulator" &
simulator=$!
until grep -q '^account' "$site/simulator"; do kill -0 "$simulator"; sleep 0.05; done
base=$(sed -n 1p "$site/simulator")
token=$(sed -n 's/^token //p' "$site/simulator")
account=$(sed -n 's/^account \([0-9]*\) .*/\1/p' "$site/simulator" | head -n 1)
number=$(sed -n 's/^account .* first number //p' "$site/simulator" | head -n 1)
cat >"$site/wabawatch.yaml" <<X
graph: { base_url: "$base" }
ledger: { path: "$site/ledger.sqlite" }
socket: { path: "$site/io.wabawatch" }
journal: { enabled: false }
accounts:
  - { name: acme, waba_id: "$account", token: { environment: TOKEN } }
X
TOKEN=$token "$programs/wabawatchd" --config "$site/wabawatch.yaml" 2>"$site/log" &
daemon=$!
until [ -S "$site/io.wabawatch" ]; do kill -0 "$daemon"; sleep 0.05; done

ctl() { chroot "$root" /usr/bin/varlinkctl "$@"; }
failed=0
judge() { # TITLE PATTERN COMMAND...
    title=$1 pattern=$2
    shift 2
    if output=$("$@" 2>&1) && printf '%s\n' "$output" | grep -q -- "$pattern"; then
        echo "ok $title"
    else
        echo "not ok $title: $(printf '%s' "$output" | head -c 500)"
        failed=1
    fi
}
refuse() { # TITLE ERROR COMMAND...
    title=$1 error=$2
    shift 2
    if output=$("$@" 2>&1); then
        echo "not ok $title: it succeeded"
        failed=1
    elif printf '%s\n' "$output" | grep -q -- "$error"; then
        echo "ok $title"
    else
        echo "not ok $title: $(printf '%s' "$output" | head -c 500)"
        failed=1
    fi
}

socket=/site/io.wabawatch
echo "$(ctl --version | head -n 1)"
# The first looks have to be recorded.
tries=100
until ctl call "$socket" io.wabawatch.GetStatus '{}' 2>"$site/error" | grep -q '"lastSuccessAt"'; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { cat "$site/error" "$site/log"; exit 1; }
    sleep 0.1
done
judge 'info' 'wabawatchd' ctl info "$socket"
judge 'list-interfaces' 'io.wabawatch' ctl list-interfaces "$socket"
judge 'list-methods' 'io.wabawatch.Subscribe' ctl list-methods "$socket" io.wabawatch
judge 'introspect' 'method Subscribe' ctl introspect "$socket" io.wabawatch
judge 'introspect of the service itself' 'method GetInfo' ctl introspect "$socket" org.varlink.service
ctl introspect "$socket" io.wabawatch >"$site/introspected.varlink"
judge 'validate-idl of what was introspected' 'interface io.wabawatch' ctl validate-idl /site/introspected.varlink
sed -n '/static let text = """/,/"""$/p' "$(dirname "$0")/../../Sources/Discovery/MetricsService.swift" |
    sed '1d;$d;s/^        //;s/: any,/: object,/' >"$site/metrics.varlink"
# "any" is younger than varlinkctl 257.
judge 'validate-idl of io.systemd.Metrics' 'interface io.systemd.Metrics' ctl validate-idl /site/metrics.varlink
judge 'call' '"subscribers"' ctl call "$socket" io.wabawatch.GetStatus '{}'
judge 'call with parameters' '"quality_rating"' ctl call "$socket" io.wabawatch.Get "{\"account\":\"acme\",\"kind\":\"phone_number\",\"id\":\"$number\"}"
judge 'call --more that ends' '"business_profile"' ctl --more call "$socket" io.wabawatch.List '{"filter":{"kinds":["business_profile"]}}'
judge 'call --more that goes on' '"ready"' timeout --preserve-status --signal=INT 3 chroot "$root" /usr/bin/sh -c \
    "timeout 2 varlinkctl --more call $socket io.wabawatch.Subscribe '{\"snapshot\":true}'; true"
judge 'call --collect' '"change"' ctl --collect call "$socket" io.wabawatch.History '{"limit":3}'
judge 'call --oneway' '' ctl --oneway call "$socket" io.wabawatch.GetStatus '{}'
refuse 'error of the interface' 'io.wabawatch.NoSuchAccount' ctl call "$socket" io.wabawatch.Get '{"account":"nobody","kind":"account","id":"1"}'
refuse 'invalid parameter' 'InvalidParameter\|Invalid argument' ctl call "$socket" io.wabawatch.Get '{"account":7}'
refuse 'method that needs more' 'ExpectedMore' ctl call "$socket" io.wabawatch.Subscribe '{}'
refuse 'method that is not there' 'MethodNotFound' ctl call "$socket" io.wabawatch.Nothing '{}'
exit $failed
