"""pywa, an independent client of Meta's API, believes graph-simulator.

    python judge_pywa.py BASE_URL TOKEN ACCOUNT PHONE_NUMBER

The simulator must have been started with at least 7 numbers an account and 30 blocked users a number.
"""

import sys

import httpx
from pywa import WhatsApp, errors, types
from pywa.types import calls, others
from pywa.types.sent_update import SentTemplateStatus
from pywa.types.templates import TemplateLanguage

base, token, account, phone = sys.argv[1:5]
session = httpx.Client()
wa = WhatsApp(phone_id=phone, token=token, waba_id=account, business_portfolio_id="506914307656634", session=session, api_version=23.0)
session.base_url = f"{base}/v23.0"
steps = []


def check(what, condition):
    """One finding; the first that does not hold ends the run."""
    if not condition:
        sys.exit(f"pywa disagrees: {what}")
    steps.append(what)


# Reads
profile = wa.get_business_profile()
check("profile", profile.about == "Succulents & café" and profile.industry == others.Industry.RETAIL and len(profile.websites) == 1)
number = wa.get_business_phone_number()
check("phone number", number.id == phone and number.quality_rating == "GREEN" and number.status == "CONNECTED")
check("automation", [c.name for c in number.conversational_automation.commands] == ["start", "help"])
business = wa.get_business_account()
check("account", business.id == account and business.currency == "USD" and business.status == "ACTIVE")
check("account's subscribed apps", [app.name for app in business.subscribed_apps] == ["Lucky Shrub"])
check("account's health", business.health_status is not None)
settings = wa.get_business_phone_number_settings()
check("settings", settings.calling.status == calls.CallingSettingsStatus.ENABLED and settings.user_identity_change.enable_identity_key_check)
commerce = wa.get_commerce_settings()
check("commerce settings", commerce.is_cart_enabled and not commerce.is_catalog_visible)
check("owned accounts", account in [a.id for a in wa.get_owned_business_accounts()])
check("shared accounts", account in [a.id for a in wa.get_shared_business_accounts()])
templates = wa.get_templates()
check("templates", [t.name for t in templates] == ["order_confirmation", "delivery_update", "café_sale"])
check("one template", wa.get_template(templates[0].id).name == "order_confirmation")

# Pages forward and back
first = wa.get_business_phone_numbers(pagination=types.Pagination(limit=3))
second = first.next()
third = second.next()
ids = [n.id for page in (first, second, third) for n in page]
check("numbers forward", len(ids) == len(set(ids)) == 7 and not third.has_next and not first.has_previous)
check("numbers back", [n.id for n in third.previous()] == [n.id for n in second] and [n.id for n in second.previous()] == [n.id for n in first])
check("numbers all", [n.id for n in second.all()] == ids)
check("numbers by cursor", [n.id for n in wa.get_business_phone_numbers(pagination=types.Pagination(limit=3, after=first.after))] == [n.id for n in second])
check("end is empty", len(third.next()) == 0)

# What stands inside something else, taken by pywa as it takes the answer of the edge itself
inside = wa.api._request(
    method="GET",
    endpoint=f"/{account}",
    params={"fields": "id,subscribed_apps,phone_numbers.limit(3){id,display_phone_number,status,whatsapp_business_profile{about,vertical}},message_templates.limit(2){id,name}"},
)
check("apps inside the account", inside["subscribed_apps"]["data"][0]["whatsapp_business_api_data"]["name"] == "Lucky Shrub")
check("numbers inside the account", [n["id"] for n in inside["phone_numbers"]["data"]] == [n.id for n in first])
check("numbers inside the account go on", [n["id"] for n in wa.api._request(method="GET", endpoint=inside["phone_numbers"]["paging"]["next"])["data"]] == [n.id for n in second])
check("templates inside the account", [t["name"] for t in inside["message_templates"]["data"]] == ["order_confirmation", "delivery_update"])
profile = others.BusinessProfile.from_dict(inside["phone_numbers"]["data"][0]["whatsapp_business_profile"]["data"][0])
check("profile inside the number", profile.about == "Succulents & café" and profile.industry == others.Industry.RETAIL)
try:
    wa.api._request(method="GET", endpoint=f"/{account}", params={"fields": "id,phone_numbers{id"})
    check("what does not parse is an error", False)
except errors.WhatsAppError as error:
    check("what does not parse", error.code == 2500 and "at character" in error.message)

# QR codes
codes = wa.get_qr_codes(pagination=types.Pagination(limit=2))
check("QR codes", len(codes) == 2 and codes.has_next and len(codes.all()) == 3)
made = wa.create_qr_code("Hello from pywa", image_type="SVG")
check("QR code made", made.prefilled_message == "Hello from pywa" and made.qr_image_url.startswith("https://"))
check("QR code listed first", wa.get_qr_codes()[0].code == made.code)
check("QR code read", wa.get_qr_code(made.code, image_type="PNG").qr_image_url is not None)
check("QR code written", wa.update_qr_code(made.code, "Changed").prefilled_message == "Changed")
check("QR code taken away", wa.delete_qr_code(made.code) and made.code not in [c.code for c in wa.get_qr_codes()])

# Blocked users. pywa 4.5.0 asks every listed item for `input`, which Meta does not send, so the list is read through its lower layer.
listed = wa.api.get_blocked_users(phone_id=phone, pagination={"limit": 20})
rest = wa.api._request(method="GET", endpoint=listed["paging"]["next"])
check("blocked users", len({u["wa_id"] for u in listed["data"] + rest["data"]}) == 30)
back = wa.api._request(method="GET", endpoint=rest["paging"]["previous"])
check("blocked users back", back["data"] == listed["data"])
blocked = wa.block_users(["+14155559876"])
check("blocked", [u.wa_id for u in blocked.added_users] == ["14155559876"])
try:
    wa.api._request(method="GET", endpoint=listed["paging"]["next"])
    check("a cursor outlives a change", False)
except errors.WhatsAppError as error:
    check("the list changed", error.code == 139102)
unblocked = wa.unblock_users(["14155559876"])
check("unblocked", [u.wa_id for u in unblocked.removed_users] == ["14155559876"])
try:
    wa.block_users(["+14155559877", "+1415"])
    check("a mixed result is an error", False)
except errors.WhatsAppError as error:
    body = error.raw_response.json()
    check("a mixed result carries its successes", error.code == 139100 and len(body["block_users"]["added_users"]) == 1)
wa.unblock_users(["+14155559877"])

# Messages made of templates
sent = wa.send_template(to="14155550000", name="order_confirmation", language=TemplateLanguage.ENGLISH_US, params=[])
check("template sent", sent.id.startswith("wamid.") and sent.status == SentTemplateStatus.ACCEPTED)
try:
    wa.send_template(to="14155550000", name="order_confirmation", language=TemplateLanguage.GERMAN, params=[])
    check("a template of another language is an error", False)
except errors.WhatsAppError as error:
    check("a template of another language", error.code == 132001)

# Writes
check("profile written", wa.update_business_profile(about="Changed", websites=["https://a.example/"]) and wa.get_business_profile().about == "Changed")
wa.update_business_profile(about="Succulents & café")
check("commerce written", wa.update_commerce_settings(is_catalog_visible=True) and wa.get_commerce_settings().is_catalog_visible)
wa.update_commerce_settings(is_catalog_visible=False)
identity = others.UserIdentityChangeSettings(enable_identity_key_check=False)
wa.update_business_phone_number_settings(user_identity_change=identity)
changed = wa.get_business_phone_number_settings()
check("settings written", not changed.user_identity_change.enable_identity_key_check and changed.calling.call_hours is not None)
wa.update_business_phone_number_settings(user_identity_change=others.UserIdentityChangeSettings(enable_identity_key_check=True))
wa.update_conversational_automation(ice_breakers=["Hi"], commands=[others.Command("begin", "Begin")])
automation = wa.get_business_phone_number().conversational_automation
check("automation written", list(automation.ice_breakers) == ["Hi"] and [c.name for c in automation.commands] == ["begin"])
wa.override_waba_callback_url("https://alt.example/webhook", "verify")
check("override set", wa.api.get_waba_subscribed_apps(waba_id=account)["data"][0]["override_callback_uri"] == "https://alt.example/webhook")
wa.delete_waba_callback_url()
check("override cleared", "override_callback_uri" not in wa.api.get_waba_subscribed_apps(waba_id=account)["data"][0])
wa.override_phone_callback_url("https://alt.example/phone", "verify")
check("number's override set", "https://alt.example/phone" in str(wa.get_business_phone_number().webhook_configuration))
wa.delete_phone_callback_url()
check("message sent", wa.send_message(to="14155550000", text="Hello").id.startswith("wamid."))

# Errors
try:
    wa.get_business_profile(phone_id="123123")
    check("an unknown number is an error", False)
except errors.WhatsAppError as error:
    check("an unknown number", error.code == 100 and error.subcode == 33 and error.status_code == 400)
session.headers["Authorization"] = "Bearer wrong"
try:
    wa.get_business_profile()
    check("an unknown token is an error", False)
except errors.WhatsAppError as error:
    check("an unknown token", error.code == 190)

print(f"pywa: {len(steps)} findings, all as expected")
