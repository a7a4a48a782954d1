#!/usr/bin/env bash
# Builds a package that uses the library as Interface.md says it is done, with the program that is there, and runs it against the daemon of the demo, whose
# changes it has to hear. So one import is enough, no target that it needs has flags which SwiftPM refuses to a dependency, and the text is true.
#
# The package stays in .build/library-user, so that the next run builds what is new. It has the same versions of other packages. The demo must have been built.
# Needs jq. Prints one line a step; exit status 1 at the first that fails.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
folder=$root/.build/library-user
package=$folder/router
processes=()
cleanup() {
    local process
    for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
trap cleanup EXIT
fail() {
    echo "FAILED: $*" >&2
    tail -n 20 "$folder"/*.log >&2 2>/dev/null || true
    exit 1
}
step() { echo "$((SECONDS / 60))m$((SECONDS % 60))s $*"; }
await() { # SECONDS PATTERN FILE
    local end=$((SECONDS + $1))
    until [ "$(grep --count "$2" "$3" || true)" -gt 0 ]; do
        [ "$SECONDS" -lt "$end" ] || fail "in vain in $(basename "$3"): $2"
        sleep 0.1
    done
}

# The first block of Swift in what users read that holds this.
block() { # TEXT
    awk -v text="$1" '
        /^ *```swift$/ { inside = 1; found = 0; block = ""; next }
        /^ *```$/ && inside { inside = 0; if (found) { printf "%s", block; exit }; next }
        inside { block = block $0 "\n"; if (index($0, text)) found = 1 }' "$root"/README.md $(ls "$root"/Sources/Documentation/*.md 2>/dev/null)
}

# SwiftPM lets nobody depend by version on a product whose targets have unsafe flags; by path, as below, it does.
unsafe=$(swift package --package-path "$root" --scratch-path "$folder/manifest" dump-package | jq --raw-output '
    (.targets | map({ key: .name, value: . }) | from_entries) as $targets
    | def closure: ., ($targets[.].dependencies[] | .byName[0]? // empty | select($targets[.]) | closure);
    [.products[] | select(.type.library) | .targets[] | closure] | unique[]
    | select(any($targets[.].settings[].kind; has("unsafeFlags")))')
[ -z "$unsafe" ] || fail "a library needs targets with unsafe flags: $unsafe"

rm -rf "$package"/Sources "$folder"/*.log "$folder"/cursor
mkdir -p "$package/Sources/router"
ln -sfn "$root" "$folder/wabawatch"
declaration=$(block '.package(path: "../wabawatch")' | sed -n 's/^ *\([.]package(.*)\).*/\1/p')
product=$(block '.package(path: "../wabawatch")' | sed -n 's/^ *\([.]product(.*)\).*/\1/p')
[ -n "$declaration" ] && [ -n "$product" ] || fail 'the documents do not say how a package depends on the library'
cat >"$package/Package.swift" <<X
// swift-tools-version: 6.2
import PackageDescription

// Stricter than Interface.md asks for: a member can be used only where its module is imported.
let package = Package(
    name: "router",
    dependencies: [$declaration],
    targets: [.executableTarget(name: "router", dependencies: [$product], swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")])])
X
block 'ChangeHandlers()' | sed -e "s#/var/lib/router/cursor#$folder/cursor#" -e 's#WabaWatch()#WabaWatch(socket: CommandLine.arguments[1])#' \
    >"$package/Sources/router/main.swift"
[ "$(grep --count '^import ' "$package/Sources/router/main.swift")" = 1 ] || fail 'the program of Interface.md has not one import'
cp "$root/Package.resolved" "$package"
step "a package that says $declaration"

swift build --package-path "$package" --scratch-path "$folder/build" >"$folder/build.log" 2>&1 || fail 'the package cannot be built'
grep --quiet 'warning:.*router' "$folder/build.log" && fail 'the program has a warning'
step "the program builds, with $(grep -E '^(import) ' "$package/Sources/router/main.swift")"

"$root/.build/debug/wabawatch-demo" --seconds 120 >"$folder/demo.log" 2>&1 &
processes+=($!)
await 30 'monitor$' "$folder/demo.log"
socket=$(sed -n 's/.* --socket \([^ ]*\) monitor$/\1/p' "$folder/demo.log")
stdbuf --output=L "$folder/build/debug/router" "$socket" >"$folder/router.log" 2>&1 &
processes+=($!)
await 60 ' is now ' "$folder/router.log"
await 60 '^take .* out of service$' "$folder/router.log"
[ -s "$folder/cursor" ] || fail 'no cursor was written'
step "$(head -n 1 "$folder/router.log")"
