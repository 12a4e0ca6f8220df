#!/usr/bin/env python3
"""Writes csrf.tsv: what semantics.md, section 9, says about every combination of the headers it looks at.

An independent reading of that section: it knows nothing of the Rust code that is tested against it.

    python3 csrf.py          writes csrf.tsv beside itself
    python3 csrf.py --check  fails if csrf.tsv is not what it would write

The words in the table stand for:

    method          itself
    sec_fetch_site  itself; `absent`: no such field; `junk`: a value that its specification does not know;
                    `repeated`: the field twice, each with the value same-origin
    origin          `own`: an origin of the application; `trusted`: one that the builder was told to trust;
                    `sibling`: another host of the same site; `other`: another site; `null`: the four letters;
                    `repeated`: the field twice, each with the own origin; `malformed`: the own origin with a slash behind it
    referer         a page of that origin; `malformed`: the own host without a scheme
    cookie          whether the request carries the session cookie
    expected        allow, or 403
    step            the numbered sentence that decides, `safe` if the method needs none of them
"""

import itertools
import pathlib
import sys

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
SITES = ["absent", "same-origin", "same-site", "cross-site", "none", "junk", "repeated"]
ORIGINS = ["absent", "own", "trusted", "sibling", "other", "null", "repeated", "malformed"]
REFERERS = ["absent", "own", "other", "malformed"]
COOKIES = ["yes", "no"]

WELCOME = {"own", "trusted"}


def judge(method, site, origin, referer, cookie):
    # "Unsafe: every method but GET, HEAD, OPTIONS"
    if method in {"GET", "HEAD", "OPTIONS"}:
        return "allow", "safe"
    # "1. Origin present, not `null`, not in own or trusted -> 403." Two fields are not one origin: the next sentence has them.
    if origin in {"sibling", "other", "malformed"}:
        return "403", "1"
    # "2. Repeated field or unknown Sec-Fetch-Site -> 403."
    if origin == "repeated" or site in {"repeated", "junk"}:
        return "403", "2"
    # "3. `same-origin` -> allow."
    if site == "same-origin":
        return "allow", "3"
    # "4. `none` -> allow if Origin is absent or own."
    if site == "none":
        return ("allow" if origin in {"absent", "own"} else "403"), "4"
    # "5. `same-site`, `cross-site` -> allow only if Origin in own or trusted."
    if site in {"same-site", "cross-site"}:
        return ("allow" if origin in WELCOME else "403"), "5"
    # "6. No Sec-Fetch-Site: Origin in own or trusted -> allow; `null` -> 403; absent -> the Referer's origin decides;
    # none of them -> 403 if the request carries a cookie of ours, else allow."
    assert site == "absent"
    if origin in WELCOME:
        return "allow", "6"
    if origin == "null":
        return "403", "6"
    assert origin == "absent"
    if referer != "absent":
        return ("allow" if referer in WELCOME else "403"), "6"
    return ("403" if cookie == "yes" else "allow"), "6"


def table():
    yield "# Written by csrf.py, an independent reading of semantics.md, section 9; csrf.py says what the words stand for.\n"
    yield "\t".join(["method", "sec_fetch_site", "origin", "referer", "cookie", "expected", "step"]) + "\n"
    for row in itertools.product(METHODS, SITES, ORIGINS, REFERERS, COOKIES):
        yield "\t".join([*row, *judge(*row)]) + "\n"


def main():
    path = pathlib.Path(__file__).with_name("csrf.tsv")
    text = "".join(table())
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if path.read_text() == text else "csrf.tsv is not what csrf.py writes")
    path.write_text(text)


if __name__ == "__main__":
    main()
