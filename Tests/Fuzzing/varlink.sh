#!/bin/sh
# Fuzzes the message and interface parsers of Varlink with libFuzzer and the address sanitizer: varlink.sh [SECONDS] (60 by default).
# Exit 0: nothing found. A finding is left in the folder that is named.
set -eu
seconds=${1:-60}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${TMPDIR:-/tmp}/fuzz-varlink
mkdir -p "$build/corpus"
# The crash handler of Swift would hang on the fuzzer's pipe, and LeakSanitizer reports Swift's own one-time allocations.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
cd "$root/Sources/Varlink"
swiftc -swift-version 6 -O -parse-as-library -sanitize=fuzzer,address -emit-module -emit-library -static -module-name StrictJSON \
    -o "$build/libStrictJSON.a" -emit-module-path "$build/StrictJSON.swiftmodule" "$root"/Sources/StrictJSON/*.swift
swiftc -swift-version 6 -O -parse-as-library -sanitize=fuzzer,address -module-name Fuzz -I "$build" -L "$build" -lStrictJSON -o "$build/fuzz" \
    CallMessage.swift ReplyMessage.swift ProtocolViolation.swift VarlinkError.swift Interface[DLNS]*.swift InterfaceParser.swift "$root/Tests/Fuzzing/varlink.swift"
cp "$root"/Tests/VarlinkTests/Texts/*.varlink "$build/corpus/"
printf '{"method":"a.B","parameters":{"text":"\\u00e9","n":[1,-2.5e3,null]},"more":true}\0{"error":"a.B","parameters":{}}\0' > "$build/corpus/messages"
cd "$build"
./fuzz -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 corpus
