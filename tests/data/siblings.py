#!/usr/bin/env python3
"""Writes siblings.tsv: what semantics.md, section 4, says about a token, its successors, and who presents which of them when.

An independent reading of that section: it knows nothing of the Rust code that is tested against it.

    python3 siblings.py          writes siblings.tsv beside itself
    python3 siblings.py --check  fails if siblings.tsv is not what it would write

The story of every row: somebody signs in and holds T0. A quarter of an hour later T0 is presented and rotated: its successor
is T1, and the grace of 30 seconds begins. If `issued` is `T1 T2`, that answer was lost, T0 came back behind its grace, and
a second successor was issued: its sibling T2. Then two clients present tokens, one after the other.

    issued    the successors that exist when the row begins
    first     what becomes of the first presentation: the handler answers 200, 403 or 500, or the client hangs up (`cancelled`)
    order     the tokens, in the order in which they are presented; all but the first by requests that the handler answers 200
    when      one word for each of them: `within` (no time passes before it) or `after` (first, 30 seconds pass)
    expected  one word for each of them:
              a number or `cancelled`: the request reached the handler, and no cookie came back
              200+T2: it was answered 200, with T2 as a new successor
              replayed: 401 `replayed`, the session ends by it, no cookie is touched
              superseded: 401 `superseded`, nothing ended, no cookie is touched
              ended: 401 `replayed`, the session had ended
    holder    the token that opens the session after all of it, the newest one; `next`: T0 does not any more, and whichever
              successor is presented next will; `-`: none does, the session ended
"""

import itertools
import pathlib
import sys

GRACE = 30
WINDOW = 10 * 60
RECOVERIES = 2
LONGEST = 3

OUTCOMES = ["200", "403", "500", "cancelled"]


class Story:
    """One session. Times are seconds since the first rotation."""

    def __init__(self, issued):
        self.now = 0
        self.over = False
        # "Successors of one token are siblings; the first sibling *presented* is confirmed."
        self.siblings = []
        self.confirmed = None
        self.rotated_at = None
        self.grace_until = None
        self.issue()
        if issued == "T1 T2":
            self.now = GRACE
            assert self.present("T0", "200") == "200+T2"

    def issue(self):
        name = f"T{len(self.siblings) + 1}"
        self.siblings.append(name)
        if self.rotated_at is None:
            self.rotated_at = self.now
        self.grace_until = self.now + GRACE
        return name

    def exists(self, token):
        return token == "T0" or token in self.siblings

    def present(self, token, outcome):
        if self.over:
            return "ended"
        if token == "T0":
            return self.present_parent(outcome)
        if self.confirmed is None:
            # "atomically at load, whatever becomes of that request"
            self.confirmed = token
        if token == self.confirmed:
            return outcome
        # "Any other sibling afterwards [...] is `TokenReplayed`"
        return self.end()

    def present_parent(self, outcome):
        # "Inside `grace` (fixed at rotation) the parent is served without Set-Cookie."
        if self.now < self.grace_until:
            return outcome
        # "or the parent after `grace` once a sibling is confirmed, is `TokenReplayed`"
        if self.confirmed is not None:
            return self.end()
        # "After it, with no sibling confirmed (the answer was lost): [...] at most 2 recoveries, within 10m of the rotation"
        assert self.now < self.rotated_at + WINDOW
        # "later: 401 `superseded`, nothing ended"
        if len(self.siblings) - 1 == RECOVERIES:
            return "superseded"
        # Staged: "rotation and data are staged and take effect only if the answer is below 400", section 2.6.
        return f"200+{self.issue()}" if outcome == "200" else outcome

    def end(self):
        self.over = True
        return "replayed"

    def holder(self):
        if self.over:
            return "-"
        spent = self.now >= self.grace_until and len(self.siblings) - 1 == RECOVERIES
        return self.confirmed or ("next" if spent else "T0")


def tell(issued, first, order, when):
    """The row's expected words and holder; None if it presents what nobody has."""
    story = Story(issued)
    words = []
    for step, (token, wait) in enumerate(zip(order, when)):
        if wait == "after":
            story.now += GRACE
        if not story.exists(token):
            return None
        words.append(story.present(token, first if step == 0 else "200"))
    return words, story.holder()


def table():
    yield "# Written by siblings.py, an independent reading of semantics.md, section 4; it says what the words stand for.\n"
    yield "\t".join(["issued", "first", "order", "when", "expected", "holder"]) + "\n"
    for issued, first in itertools.product(["T1", "T1 T2"], OUTCOMES):
        for length in range(1, LONGEST + 1):
            for order in itertools.product(["T0", "T1", "T2"], repeat=length):
                for when in itertools.product(["within", "after"], repeat=length):
                    told = tell(issued, first, order, when)
                    if told is not None:
                        words, holder = told
                        yield "\t".join([issued, first, " ".join(order), " ".join(when), " ".join(words), holder]) + "\n"


def main():
    path = pathlib.Path(__file__).with_name("siblings.tsv")
    text = "".join(table())
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if path.read_text() == text else "siblings.tsv is not what siblings.py writes")
    path.write_text(text)


if __name__ == "__main__":
    main()
