import Foundation
import GraphAPI
import WhatsAppBusiness

/// A script as one runs it from a timer, with what every system has: one curl for the list, one for all profiles over one connection, jq to bring the
/// answers into one order, diff against the poll before. It keeps no history.
struct CurlPoller: Poller {
    private let process: ScriptProcess
    var name: String { process.name }

    private static let program = #"""
        base=$1 token=$2 account=$3 numbers=$4 profile=$5
        mkdir -p "$6" && cd "$6" && : >old || exit 1
        poll() {
            curl -sSf --oauth2-bearer "$token" "$base/v25.0/$account/phone_numbers?limit=100&fields=$numbers" -o numbers
            jq -r --arg base "$base/v25.0" --arg fields "$profile" \
                '.data[].id | "url = \"\($base)/\(.)/whatsapp_business_profile?fields=\($fields)\"\noutput = \"profile-\(.)\""' numbers >urls
            curl -sSf --oauth2-bearer "$token" --config urls
            jq -cS '.data[] | [input_filename, .]' numbers profile-* >new
            changes=$(diff old new | grep -c '^>')
            mv new old
        }
        # Of the shell and its children, in milliseconds.
        processor() {
            times >times
            { read -r -a own; read -r -a children; } <times
            milliseconds=0
            for time in "${own[@]}" "${children[@]}"; do
                time=${time%s}
                seconds=${time#*m}
                milliseconds=$((milliseconds + 60000 * ${time%m*} + 10#${seconds/./}))
            done
        }
        for tool in curl jq diff; do command -v "$tool" >/dev/null || exit 1; done
        version=$(curl --version | head -n 1)
        version=${version#curl }
        echo "curl ${version%% *}, $(jq --version), diff"
        while read -r; do
            processor
            before=$milliseconds start=${EPOCHREALTIME/./}
            poll
            end=${EPOCHREALTIME/./}
            processor
            echo "$((end - start))e-6 $((milliseconds - before))e-3 $changes 0"
        done
        """#

    /// Starts it; `nil` if a tool is missing.
    init?(graph: String, token: String, account: String, folder: String) {
        let fields = [Edge.phoneNumbers, .businessProfile].map { $0.fields.joined(separator: ",") }
        guard let process = ScriptProcess(["bash", "-c", Self.program, "poll", graph, token, account] + fields + [folder]) else {
            return nil
        }
        self.process = process
    }

    func poll() throws -> ScriptProcess.Turn { try process.turn() }
    func stop() { process.stop() }
}
