"""Single claims of the ledger are found without the others."""

import subprocess
import sys

from proofs_check.ledger import find, headers, is_of_the_ledger, ledger
from proofs_check.ledger.papers import KEYS


def test_headers_are_those_of_the_imported_claims():
    assert [(identifier, title) for identifier, (_, title) in headers().items()] == [
        (claim.id, claim.title) for claim in ledger()
    ]


def test_every_claim_is_found_and_is_the_ledgers_own():
    for claim in ledger():
        assert find(claim.id) is claim
        assert is_of_the_ledger(claim)


def test_no_claim_has_an_unknown_id():
    assert find("Z99") is None


def test_papers_of_the_claims_have_keys():
    assert {claim.paper.key for claim in ledger()} <= KEYS


def test_one_claim_is_found_without_importing_another():
    code = """
import sys
from proofs_check.ledger import find
find("W9")
from proofs_check.ledger import headers
print(sum(module in sys.modules for module, _ in headers().values()))
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["1"]
