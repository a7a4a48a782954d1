#!/bin/sh
# Fuzzes what reads the bodies of webhooks with libFuzzer and the address sanitizer: webhook-body.sh [SECONDS] (60 by default).
# Exit 0: nothing found. A finding is left in the folder that is named.
set -eu
seconds=${1:-60}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${TMPDIR:-/tmp}/fuzz-webhook-body
mkdir -p "$build/corpus"
# The crash handler of Swift would hang on the fuzzer's pipe, and LeakSanitizer reports Swift's own one-time allocations.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
options="-swift-version 6 -O -parse-as-library -sanitize=fuzzer,address -package-name wabawatch -enable-upcoming-feature MemberImportVisibility
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny -I $build -L $build"
clang -O1 -g -fsanitize=address -c "$root/Sources/CCrypto/CCrypto.c" -I "$root/Sources/CCrypto/include" -o "$build/CCrypto.o"
printf 'module CCrypto { header "%s" export * }\n' "$root/Sources/CCrypto/include/CCrypto.h" >"$build/module.modulemap"
for room in StrictJSON WhatsAppBusiness Alarms Changes Webhooks; do
    # shellcheck disable=SC2086,SC2046
    swiftc $options -emit-module -emit-library -static -module-name $room -o "$build/lib$room.a" -emit-module-path "$build/$room.swiftmodule" \
        $(find "$root/Sources/$room" -name '*.swift')
done
# shellcheck disable=SC2086
swiftc $options -module-name Fuzz -o "$build/fuzz" "$root/Tests/Fuzzing/webhook-body.swift" "$build/CCrypto.o" \
    -lWebhooks -lChanges -lWhatsAppBusiness -lAlarms -lStrictJSON -lcrypto
for file in "$root"/Tests/Fixtures/payloads/webhooks/*/*.json; do
    cp "$file" "$build/corpus/$(basename "$(dirname "$file")")-$(basename "$file")"
done
cd "$build"
./fuzz -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 corpus
