#!/bin/sh
# Fuzzes the receiver of webhooks whole, by bytes at random on real connections, with the address sanitizer: webhook-connections.sh [CONNECTIONS [SEED]]
# (100000 and 1 by default). Exit 0: nothing found. What is found is told with the seed, which repeats it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${TMPDIR:-/var/tmp}/fuzz-webhook-connections
cd "$root"
swift build --sanitize=address --product wabawatch-webhook --scratch-path "$build"
swift build -c release --static-swift-stdlib --product wabawatch-bench
# LeakSanitizer reports Swift's own one-time allocations.
export ASAN_OPTIONS=detect_leaks=0
.build/release/wabawatch-bench webhook-connections --random --receiver "$build/debug/wabawatch-webhook" --connections "${1:-100000}" --seed "${2:-1}"
