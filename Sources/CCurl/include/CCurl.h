#pragma once
#include <curl/curl.h>

// curl_easy_setopt and its kin are variadic, so Swift cannot call them. These are the same calls, one for each type of argument.

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_header_list(CURL *easy, CURLoption option, struct curl_slist *list);
CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);

/// Receives the bytes of a body or one line of a header; whatever it returns that is not `count` ends the transfer.
typedef size_t (*ccurl_receiver)(char *bytes, size_t size, size_t count, void *context);

CURLcode ccurl_set_body_receiver(CURL *easy, ccurl_receiver receiver, void *context);
CURLcode ccurl_set_header_receiver(CURL *easy, ccurl_receiver receiver, void *context);

/// One message of a transfer that ended: its handle and result, or a null handle when there is none.
CURL *ccurl_multi_next_done(CURLM *multi, CURLcode *result);

/// The library's own set-up; safe to call more than once.
CURLcode ccurl_global_init(void);

/// Trusts these certificates (PEM) instead of the built-in file. The bytes are not copied: they live as long as the handle.
CURLcode ccurl_set_trust(CURL *easy, void *bytes, size_t count);

/// The file of certificates that libcurl was built to trust, or null.
const char *ccurl_default_trust_file(void);
