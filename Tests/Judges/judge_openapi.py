"""Every answer of graph-simulator validates against Meta's OpenAPI document, but for contradictions that are listed one by one.

    python judge_openapi.py BASE_URL TOKEN ACCOUNT PHONE_NUMBER

A contradiction that no answer shows fails the run too, so that the list stays exact.
"""

import json
import pathlib
import re
import sys
import urllib.error
import urllib.request

from jsonschema import Draft202012Validator, FormatChecker

base, token, account, phone = sys.argv[1:5]
spec = json.loads((pathlib.Path(__file__).parent / "openapi_v23.0_reduced.json").read_text())

# (operation, status, where in the answer, the schema's keyword) and why the simulator keeps to something else.
UPPER = "Meta's guides and pywa's fixtures print this in capitals, the document in small letters"
CONTRADICTIONS = {
    ("GET {WABA-ID}", 200, "/business_verification_status", "enum"): "recorded in small letters (not_verified); Meta's own SDK lists it so",
    ("GET {WABA-ID}", 200, "/ownership_type", "enum"): "recorded as SELF, the document has SELF_OWNED",
    ("GET {WABA-ID}", 200, "/subscribed_apps", "type"): "an expanded edge is an object with data, as everywhere in the Graph API, not an array",
    ("GET {WABA-ID}", 200, "/phone_numbers", "type"): "as above",
    ("GET {WABA-ID}", 200, "/message_templates", "type"): "as above",
    ("GET {WABA-ID}/phone_numbers", 200, "/data/*", "required status"): "without fields only the default set of the guide comes, and status is not in it",
    ("GET {WABA-ID}/phone_numbers", 200, "/data/*/status", "enum"): "recorded as CONNECTED and DISCONNECTED, which the document does not have",
    ("GET {WABA-ID}/activities", 200, "/data/*/timestamp", "type"): "Meta's current page gives Unix seconds, the document ISO 8601",
    ("GET {Phone-Number-ID}/settings", 200, "/calling/status", "enum"): UPPER,
    ("GET {Phone-Number-ID}/settings", 200, "/calling/callback_permission_status", "enum"): UPPER,
    ("GET {Phone-Number-ID}/settings", 200, "/calling/call_hours/status", "enum"): UPPER,
    ("GET {Phone-Number-ID}/settings", 200, "/calling/sip/status", "enum"): UPPER,
    ("GET {Phone-Number-ID}/settings", 200, "/payload_encryption/status", "enum"): UPPER,
    ("GET {Phone-Number-ID}/settings", 200, "/storage_configuration/status", "enum"): UPPER,
    ("GET {Phone-Number-ID}/settings", 200, "/calling/call_icon_visibility", "enum"): "the calling guide has DEFAULT and DISABLE_ALL, the document visible and hidden",
    ("GET {Phone-Number-ID}/settings", 200, "/calling/srtp_key_exchange_protocol", "enum"): "the calling guide has DTLS and SDES, the document DTLS-SRTP and SDES-SRTP",
    ("GET {Phone-Number-ID}/message_qrdls/{QR-Code-ID}", 200, "", "required code"): "the document's own example and pywa have an array data of one",
    ("GET {Phone-Number-ID}/message_qrdls/{QR-Code-ID}", 200, "", "required prefilled_message"): "as above",
    ("GET {Phone-Number-ID}/message_qrdls/{QR-Code-ID}", 200, "", "required deep_link_url"): "as above",
    ("POST {Phone-Number-ID}/block_users", 400, "", "undocumented"): "the guide to blocking users: mixed results come with HTTP 400; the document knows only 200",
}


def part(operation, answer, where):
    """Something inside an answer is what the document says of the operation that serves it alone."""
    global validated
    schema = spec["answers"][operation]["200"]
    validator = Draft202012Validator(schema | {"components": spec["components"]}, format_checker=FormatChecker())
    for error in validator.iter_errors(answer):
        place = re.sub(r"/\d+", "/*", "".join(f"/{part}" for part in error.absolute_path))
        keyword = error.validator if error.validator != "required" else "required " + error.message.split("'")[1]
        excuse(operation, 200, place, keyword, f"{where}, as {operation}: {place}: {error.message[:200]}")
    validated += 1


def ask(method, path, query="", body=None, bearer=token):
    request = urllib.request.Request(f"{base}/v23.0/{path}{query}", method=method)
    if bearer:
        request.add_header("Authorization", f"Bearer {bearer}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


seen, validated, faults = set(), 0, []


def judge(operation, query="", body=None, bearer=token, ids=None, expect=200):
    """Asks and validates. `ids` stands for the ids in the path where they are not the sample's."""
    global validated
    method, template = operation.split(" ")
    names = {"WABA-ID": account, "Phone-Number-ID": phone, "Business-ID": "506914307656634"} | (ids or {})
    path = re.sub(r"{([^}]*)}", lambda match: names[match.group(1)], template)
    status, answer = ask(method, path, query, body, bearer)
    if status != expect:
        faults.append(f"{operation}: HTTP {status} instead of {expect}: {answer}")
        return answer
    schema = spec["answers"].get(operation, {}).get(str(status))
    if schema is None:
        excuse(operation, status, "", "undocumented", f"{operation}: HTTP {status} is not in the document")
        schema = {"$ref": "#/components/schemas/GraphAPIError"}
    validator = Draft202012Validator(schema | {"components": spec["components"]}, format_checker=FormatChecker())
    for error in validator.iter_errors(answer):
        where = re.sub(r"/\d+", "/*", "".join(f"/{part}" for part in error.absolute_path))
        keyword = error.validator if error.validator != "required" else "required " + error.message.split("'")[1]
        excuse(operation, status, where, keyword, f"{operation} {status} {where}: {error.message[:200]}")
    validated += 1
    return answer


def excuse(operation, status, where, keyword, sentence):
    key = (operation, status, where, keyword)
    if key in CONTRADICTIONS:
        seen.add(key)
    else:
        faults.append(f"{key}: {sentence}")


ACCOUNT_FIELDS = (
    "id,name,timezone_id,message_template_namespace,status,business_verification_status,is_enabled_for_insights,ownership_type,currency,"
    "country,account_review_status,health_status,primary_business_location"
)
PHONE_FIELDS = (
    "id,verified_name,display_phone_number,conversational_automation,status,quality_rating,quality_score,webhook_configuration,name_status,"
    "code_verification_status,account_mode,is_official_business_account,platform_type,throughput,country_code,country_dial_code,health_status"
)

# Reads
judge("GET {WABA-ID}")
judge("GET {WABA-ID}", f"?fields={ACCOUNT_FIELDS}")
judge("GET {WABA-ID}", "?fields=id,name,subscribed_apps")
judge("GET {WABA-ID}/phone_numbers")
judge("GET {WABA-ID}/phone_numbers", f"?limit=2&fields={PHONE_FIELDS}")
judge("GET {WABA-ID}/subscribed_apps")
template = judge("GET {WABA-ID}/message_templates")["data"][0]["id"]
judge("GET {TEMPLATE_ID}", ids={"TEMPLATE_ID": template})
judge("GET {WABA-ID}/activities")
judge("GET {Business-ID}/owned_whatsapp_business_accounts")
judge("GET {Business-ID}/client_whatsapp_business_accounts")
judge("GET {Phone-Number-ID}")
judge("GET {Phone-Number-ID}", f"?fields={PHONE_FIELDS}")
judge("GET {Phone-Number-ID}/whatsapp_business_profile", "?fields=about,address,vertical,description,email,profile_picture_url,websites")
judge("GET {Phone-Number-ID}/settings")
judge("GET {Phone-Number-ID}/whatsapp_commerce_settings")
judge("GET {Phone-Number-ID}/official_business_account")
code = judge("GET {Phone-Number-ID}/message_qrdls", "?limit=1&fields=code,qr_image_url.format(SVG)")["data"][0]["code"]
judge("GET {Phone-Number-ID}/message_qrdls", f"?code={code}")
judge("GET {Phone-Number-ID}/message_qrdls/{QR-Code-ID}", ids={"QR-Code-ID": code})
judge("GET {Phone-Number-ID}/block_users")
judge("GET {Phone-Number-ID}/block_users", "?limit=3")

# What stands inside something else is what its own edge gives
inside = "whatsapp_business_profile{about,address,vertical,description,email,profile_picture_url,websites},whatsapp_commerce_settings"
listed = judge("GET {WABA-ID}/phone_numbers", f"?limit=2&fields={PHONE_FIELDS},{inside}")["data"][0]
whole = judge("GET {WABA-ID}", f"?fields=id,name,subscribed_apps,phone_numbers.limit(2){{{PHONE_FIELDS},{inside}}},message_templates.limit(2){{id,name,language,status,category}}")
part("GET {WABA-ID}/phone_numbers", whole["phone_numbers"], "numbers inside the account")
part("GET {WABA-ID}/message_templates", whole["message_templates"], "templates inside the account")
part("GET {WABA-ID}/subscribed_apps", whole["subscribed_apps"], "apps inside the account")
for number in (listed, whole["phone_numbers"]["data"][0]):
    part("GET {Phone-Number-ID}/whatsapp_business_profile", number["whatsapp_business_profile"], "the profile inside the number")
    part("GET {Phone-Number-ID}/whatsapp_commerce_settings", number["whatsapp_commerce_settings"], "the commerce settings inside the number")
status, answer = ask("GET", account, "?fields=id,,name")
if status != 400 or answer["error"]["code"] != 2500:
    faults.append(f"what does not parse: HTTP {status}: {answer}")
status, answer = ask("POST", "", body={"batch": [{"method": "GET", "relative_url": f"{phone}/whatsapp_business_profile?fields=about"}] * 2})
for item in answer:
    part("GET {Phone-Number-ID}/whatsapp_business_profile", json.loads(item["body"]), "an item of a batch")

# Writes
users = {"messaging_product": "whatsapp", "block_users": [{"user": "+14155559876"}]}
judge("POST {Phone-Number-ID}/block_users", body=users)
judge("DELETE {Phone-Number-ID}/block_users", body=users)
made = judge("POST {Phone-Number-ID}/message_qrdls", body={"prefilled_message": "Hello", "generate_qr_image": "SVG"})
judge("POST {Phone-Number-ID}/message_qrdls", body={"prefilled_message": "Changed", "code": made["code"]})
judge("DELETE {Phone-Number-ID}/message_qrdls/{QR-Code-ID}", ids={"QR-Code-ID": made["code"]})
judge("POST {Phone-Number-ID}/whatsapp_business_profile", body={"messaging_product": "whatsapp", "about": "Succulents & café"})
judge("POST {Phone-Number-ID}/whatsapp_commerce_settings", "?is_cart_enabled=true")
judge("POST {Phone-Number-ID}/settings", body={"storage_configuration": {"status": "DEFAULT"}})
judge("POST {Phone-Number-ID}/conversational_automation", body={"enable_welcome_message": True})
judge("POST {Phone-Number-ID}", body={"webhook_configuration": {"override_callback_uri": ""}})
judge("POST {WABA-ID}", body={"is_enabled_for_insights": True})
judge("POST {WABA-ID}/subscribed_apps", body={"override_callback_uri": "https://alt.example/webhook", "verify_token": "verify"})
judge("DELETE {WABA-ID}/subscribed_apps")
judge("POST {WABA-ID}/subscribed_apps")
new = {"name": "judged", "language": "en_US", "category": "UTILITY", "components": [{"type": "BODY", "text": "Hello"}]}
made = judge("POST {WABA-ID}/message_templates", body=new)
judge("POST {TEMPLATE_ID}", ids={"TEMPLATE_ID": made["id"]}, body={"category": "MARKETING"})
judge("DELETE {WABA-ID}/message_templates", "?name=judged")
judge("POST {Phone-Number-ID}/messages", body={"messaging_product": "whatsapp", "to": "14155550000", "type": "text", "text": {"body": "Hello"}})
# What the daemon sends of a template, as it writes it.
alarm = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "14155550000", "type": "template", "template": {"name": "order_confirmation", "language": {"code": "en_US"}}}
judge("POST {Phone-Number-ID}/messages", body=alarm)
judge("POST {Phone-Number-ID}", body={"pin": "123456"})
judge("POST {Phone-Number-ID}/deregister")
judge("POST {Phone-Number-ID}/register", body={"messaging_product": "whatsapp", "pin": "123456"})

# Errors
mixed = {"messaging_product": "whatsapp", "block_users": [{"user": "+14155559877"}, {"user": "nobody"}]}
judge("POST {Phone-Number-ID}/block_users", body=mixed, expect=400)
judge("DELETE {Phone-Number-ID}/block_users", body={"messaging_product": "whatsapp", "block_users": [{"user": "+14155559877"}]})
for operation in ("GET {WABA-ID}", "GET {Phone-Number-ID}", "GET {Phone-Number-ID}/message_qrdls", "GET {Phone-Number-ID}/whatsapp_business_profile"):
    judge(operation, "?fields=nope", expect=400)
    judge(operation, bearer=None, expect=401)
    judge(operation, bearer="wrong", expect=401)
    judge(operation, ids={"WABA-ID": "123", "Phone-Number-ID": "123"}, expect=400)
judge("GET {Phone-Number-ID}/settings", "?fields=nope", expect=400)

for key in sorted(set(CONTRADICTIONS) - seen, key=str):
    faults.append(f"{key}: listed as a contradiction, but no answer shows it")
if faults:
    sys.exit("\n".join(faults))
for key in sorted(seen, key=str):
    print(f"contradicts the document: {' '.join(str(part) for part in key)}: {CONTRADICTIONS[key]}")
print(f"OpenAPI: {validated} answers judged, {len(seen)} listed contradictions, nothing else")
