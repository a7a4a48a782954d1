#!/usr/bin/env bash
# Breaks the product's own code, one promise after the other, and expects the simulation to see each: every patch of Mutations/ is applied to a copy
# of the tree, behind a switch, the copy is built once, and seeds are run with each switch on until one complains.
# Prints mutation, seed and complaint, and writes them to Mutations/caught.txt when all were tried. Exit status 1 if a patch no longer applies or a
# mutation is not seen.
#
# usage: mutations.sh [SEEDS [MUTATION...]]      SEEDS defaults to 0..<10000; a mutation's run ends at the first that shows it
set -euo pipefail
here=$(realpath "$(dirname "$0")")
root=$(realpath "$here/../..")
copy=$root/.build/mutations
seeds=${1:-0..<10000}
[ $# -eq 0 ] || shift

mkdir -p "$copy"
rm -rf "$copy/Sources" "$copy/Tests"
cp -r "$root/Sources" "$root/Tests" "$root/Package.swift" "$copy"
[ ! -f "$root/Package.resolved" ] || cp "$root/Package.resolved" "$copy"
names=("$@")
[ $# -gt 0 ] || for patch in "$here"/Mutations/*.patch; do
    name=$(basename "$patch" .patch)
    [ "$name" = switch ] || names+=("$name")
done
status=0
for name in switch "${names[@]}"; do
    if ! patch -s -p1 -F2 --no-backup-if-mismatch -d "$copy" <"$here/Mutations/$name.patch"; then
        echo "$name: the patch no longer applies"
        exit 1
    fi
done
swift build --package-path "$copy" -c release --static-swift-stdlib --product wabawatch-simulation >"$copy/build.log" 2>&1 || { tail -n 30 "$copy/build.log"; exit 1; }
program=$copy/.build/release/wabawatch-simulation
"$program" --seeds '0..<200' >"$copy/output" || { echo 'the copy complains with no switch on'; head -n 5 "$copy/output"; exit 1; }
: >"$copy/caught"
# Whether a mutation is seen in the seeds.
is_seen() { ! WABAWATCH_BROKEN=$1 "$program" --first --seeds "$2" >"$copy/output"; } # MUTATION SEEDS
for name in "${names[@]}"; do
    # Most are seen where they were seen last.
    last=$(sed -n "s/^$name: seed \([0-9]*\) .*/\1/p" "$here/Mutations/caught.txt")
    if { [ -n "$last" ] && is_seen "$name" "$last..<$((last + 1))"; } || is_seen "$name" "$seeds"; then
        echo "$name: $(sed -n '1s/^seed \([0-9]*\) .*/seed \1/p;2s/^  //p' "$copy/output" | tr '\n' ' ' | cut -c 1-160)" | tee -a "$copy/caught"
    else
        echo "$name: not seen in $seeds"
        status=1
    fi
done
[ $# -gt 0 ] || [ $status -ne 0 ] || cp "$copy/caught" "$here/Mutations/caught.txt"
exit $status
