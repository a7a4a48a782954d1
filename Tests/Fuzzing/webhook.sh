#!/bin/sh
# Fuzzes what decides on requests for webhooks with libFuzzer and the address sanitizer: webhook.sh [SECONDS] (60 by default).
# Exit 0: nothing found. A finding is left in the folder that is named. Bodies: webhook-body.sh; bytes on real connections: webhook-connections.sh.
set -eu
seconds=${1:-60}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${TMPDIR:-/tmp}/fuzz-webhook
mkdir -p "$build/corpus"
# The crash handler of Swift would hang on the fuzzer's pipe, and LeakSanitizer reports Swift's own one-time allocations.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
cd "$root/Sources/WebhookFront"
options="-swift-version 6 -O -parse-as-library -sanitize=fuzzer,address -package-name wabawatch -I $build -L $build"
# shellcheck disable=SC2086
swiftc $options -emit-module -emit-library -static -module-name HTTPFront -o "$build/libHTTPFront.a" -emit-module-path "$build/HTTPFront.swiftmodule" \
    ../HTTPFront/FrontRequest.swift ../HTTPFront/FrontAnswer.swift
# shellcheck disable=SC2086
swiftc $options -module-name Fuzz -o "$build/fuzz" -lHTTPFront \
    FrontAnswer+Webhook.swift ReportOutcome.swift RequestRules.swift VerificationQuery.swift VerifyToken.swift ConnectionState.swift \
    "$root/Tests/Fuzzing/webhook.swift"
signature=sha256=$(printf '%064d' 0)
printf 'POST\n/\nX-Hub-Signature-256:%s\nContent-Type:application/json; x\nExpect:100-continue\nContent-Length:5' "$signature" >"$build/corpus/webhook"
printf 'GET\n/?hub.mode=subscribe&hub.challenge=%%31a&hub.verify_token=token' >"$build/corpus/verification"
printf '\000\001\003\003\005\006\000\001\005\007\011\010\012' >"$build/corpus/events"
cd "$build"
./fuzz -max_total_time="$seconds" -max_len=1024 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 corpus
