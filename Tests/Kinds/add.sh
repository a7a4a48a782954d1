#!/usr/bin/env bash
# Adds a kind of thing to a copy of the tree, as Sources/Documentation/Architecture.md says it is done, and sees that everything else follows: product-catalog.patch touches four files of
# Sources and what people read. The copy's daemon polls the new kind at the copy's simulator, records what changes there and announces it; its command lists it;
# configuration, completions, manual page and interface name it; and the daemon without the kind refuses the ledger.
#
# The copy takes the place of the tree in a mount namespace of its own, so that the build products that come with it are still good; they must be there:
# `swift build` first. Needs root, or else builds everything anew. Prints one line a step; exit status 1 at the first that fails.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
root=$(realpath "$here/../..")
patch=$here/product-catalog.patch
folder=$(mktemp -d)
processes=()
cleanup() {
    local process
    for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT
fail() {
    echo "FAILED: $*" >&2
    tail -n 20 "$folder"/*.log >&2 2>/dev/null || true
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
# It reads to the end, so that what writes is not killed.
found() { [ "$(grep --count "$@")" -gt 0 ]; } # GREP'S ARGUMENTS...
step() { echo "$((SECONDS / 60))m$((SECONDS % 60))s $*"; }

sources=$(grep '^+++ b/Sources/' "$patch" | grep -cv '^+++ b/Sources/Documentation/')
[ "$sources" -le 4 ] || fail "the patch touches $sources files of Sources"
step "a kind is $sources files of Sources"

copy=$folder/tree
mkdir "$copy"
cp -a "$root"/{Package.swift,Package.resolved,Sources,Tests,systemd,etc,README.md} "$copy"
mkdir -p "$copy/.build"
for part in checkouts repositories artifacts workspace-state.json x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu; do
    [ ! -e "$root/.build/$part" ] || [ -d "$root/.build/$part/release" ] || cp -a "$root/.build/$part" "$copy/.build"
done
# Of the products only those for debugging, and no tests.
for triple in "$root"/.build/*-linux-gnu; do
    name=$(basename "$triple")
    [ -d "$triple/debug" ] || continue
    mkdir -p "$copy/.build/$name"
    find "$triple/debug" -mindepth 1 -maxdepth 1 ! -name '*Tests*.build' ! -name '*.xctest' ! -name 'index' -exec sh -c '
        target=$1; shift; mkdir -p "$target"; cp -a "$@" "$target"' sh "$copy/.build/$name/debug" {} +
    ln -sfn "$name/debug" "$copy/.build/debug"
done
for file in build.db debug.yaml; do [ ! -e "$root/.build/$file" ] || cp -a "$root/.build/$file" "$copy/.build"; done
mkdir "$folder/before"
cp "$root/.build/debug/wabawatchd" "$folder/before"
patch -s -p1 -F0 --no-backup-if-mismatch -d "$copy" <"$patch"
step "copied"

products='for product in wabawatchd wabawatch graph-simulator; do swift build --product "$product" || exit 1; done'
if unshare --mount true 2>/dev/null; then
    unshare --mount bash -c 'mount --make-rprivate / && mount --bind "$1" "$2" && cd "$2" && eval "$3"' bash "$copy" "$root" "$products"
else
    bash -c 'rm -rf "$1"/.build/*-linux-gnu "$1"/.build/debug* "$1"/.build/build.db; cd "$1" && eval "$2"' bash "$copy" "$products"
fi >"$folder/build.log" 2>&1 || fail 'the copy does not build'
if grep -F 'warning:' "$folder/build.log" | found -F '/Sources/'; then fail 'the copy builds with warnings'; fi
programs=$copy/.build/debug
step built

# Meta, with one catalogue.
"$programs/graph-simulator" --numbers 1 --blocked 0 --control --budget 100000000 >"$folder/simulator.log" 2>&1 &
processes+=($!)
await 20 grep '^account ' "$folder/simulator.log"
origin=$(head -n 1 "$folder/simulator.log")
account=$(awk '$1 == "account" { print $2; exit }' "$folder/simulator.log")
TOKEN=$(awk '$1 == "token" { print $2; exit }' "$folder/simulator.log")
export TOKEN
control() { # METHOD JSON
    curl --silent --show-error --fail --request "$1" --json "$2" "${origin%/v[0-9]*}/simulator/$account/product_catalogs" >/dev/null
}
control POST '{"id":"511","name":"Succulents","vertical":"commerce","product_count":3}'

cat >"$folder/wabawatch.yaml" <<END
graph: { base_url: "${origin%/v[0-9]*}" }
ledger: { path: "$folder/ledger.sqlite" }
socket: { path: "$folder/socket" }
journal: { enabled: false }
budget: { calls_per_hour: 1000000 }
watch: { splay: 0%, product_catalog: { every: 200ms } }
accounts:
  - { name: acme, waba_id: "$account", token: { environment: TOKEN } }
END
daemon=("$programs/wabawatchd" --config "$folder/wabawatch.yaml")
"${daemon[@]}" --check >"$folder/check.log" 2>&1 || fail 'the configuration is refused'
"${daemon[@]}" --dry-run | found "product_catalog every .*/$account/product_catalogs" || fail 'it is in no plan'
sed 's/product_catalog: { every/product_catalog: { often/' "$folder/wabawatch.yaml" >"$folder/wrong.yaml"
if "$programs/wabawatchd" --config "$folder/wrong.yaml" --check >"$folder/wrong.log" 2>&1; then fail 'a wrong key of it is taken'; fi
found 'product_catalog.often: this key is not known' <"$folder/wrong.log"
step configured

"${daemon[@]}" >"$folder/daemon.log" 2>&1 &
processes+=($!)
export WABAWATCH_SOCKET=$folder/socket
list() { "$programs/wabawatch" list product_catalog -o json; }
has() { list | jq -se "map(select($1)) | length == 1"; }
await 30 has '.id == "511" and .document.name == "Succulents"'
"$programs/wabawatch" list product_catalog | found 'Succulents, commerce'
"$programs/wabawatch" show product_catalog 511 -o json | jq -e '.document.product_count == 3' >/dev/null
step polled and listed

"$programs/wabawatch" monitor -o json --kind product_catalog >"$folder/heard" 2>"$folder/monitor.log" &
processes+=($!)
heard() { jq -se "map(select($1)) | length == 1" "$folder/heard"; }
subscribed() { "$programs/wabawatch" status -o json | jq -se 'any(.[]; .subscribers? == 1)'; }
await 20 subscribed
control POST '{"id":"511","product_count":4}'
await 20 heard '.kind == "product_catalog" and .operation == "changed" and .fields == ["/product_count"] and .after.product_count == 4'
control POST '{"id":"512","name":"Pots"}'
await 20 heard '.kind == "product_catalog" and .operation == "added" and .id == "512"'
control DELETE '{"id":"512"}'
await 20 heard '.kind == "product_catalog" and .operation == "removed" and .id == "512" and .severity == "warning"'
found 'acme: number of products of the product catalogue 511 changed from 3 to 4' <"$folder/daemon.log"
"$programs/wabawatch" history --kind product_catalog -o json | jq -se 'map(.operation) == ["baseline", "changed", "added", "removed"]' >/dev/null
"$programs/wabawatch" poll acme product_catalog >/dev/null
step compared and announced

for shell in bash zsh fish; do
    "$programs/wabawatch" --generate-completion-script "$shell" | found product_catalog || fail "$shell does not complete it"
done
(cd "$copy" && systemd/manual "$programs" "$folder/manual")
found '^\.Cm product_catalog ,$' <"$folder/manual/wabawatch.1" || fail 'the manual page does not name it'
"$programs/wabawatch" help list | found product_catalog || fail '--help does not name it'
step completed and documented

# The daemon of before reads no ledger of after, and leaves it alone.
kill "${processes[1]}"
wait "${processes[1]}" || fail 'the daemon does not end well'
sed '/^watch:/d' "$folder/wabawatch.yaml" >"$folder/older.yaml"
if timeout 20 "$folder/before/wabawatchd" --config "$folder/older.yaml" --once >"$folder/older.log" 2>&1; then fail 'an older daemon takes the ledger'; fi
found 'was written by a later version of wabawatchd' <"$folder/older.log"
"${daemon[@]}" --once >"$folder/again.log" 2>&1
if found -E 'watching from here on|begins anew' <"$folder/again.log"; then fail 'the ledger is not what it was'; fi
step 'refused by a release that does not know it'
