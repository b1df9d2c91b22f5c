"""W10. Moments of the trace below the degree are less than the Gaussian ones, k! for E|tr U|^{2k} and (2k-1)!! for E (tr O)^{2k}.

In general they count words: for U(d) permutations of k points whose longest increasing subsequence has at most d terms, for O(d)
involutions of 2k points without fixed point, the same. For d >= k that is k! and (2k-1)!!: Gaussian moments, of every degree up to
2k. Below, where Wg is a pseudo-inverse, it is less. The counts are tested apart.
Source: Diaconis, Shahshahani, J. Appl. Probab. 31A (1994) 49-62; Rains, Electron. J. Combin. 5 (1998) R12.
"""

from proofs_check.claim.sentence_claim import Wrong, sentence_claim
from proofs_check.ledger.papers import WEINGARTEN

claim = sentence_claim(
    "W10",
    "Moments of the trace are k! and (2k-1)!! from dimension k on, for U(d) up to k = 4 and O(d) up to k = 3, and less below",
    {
        "O(d), k = 1": "for d >= 1: E_O(d)[tr(O)^2] = 1",
        "O(d), k = 2": "for d >= 2: E_O(d)[tr(O)^4] = 3",
        "O(d), k = 3": "for d >= 3: E_O(d)[tr(O)^6] = 15",
        "U(d), k = 2": "for d >= 2: E_U(d)[abs(tr(U))^4] = 2",
        "U(d), k = 3": "for d >= 3: E_U(d)[abs(tr(U))^6] = 6",
        "U(d), k = 4": "for d >= 4: E_U(d)[abs(tr(U))^8] = 24",
        "O(d) below": "E_O(1)[tr(O)^4] = 1, E_O(1)[tr(O)^6] = 1, E_O(2)[tr(O)^6] = 10",
        "U(d) below": "E_U(1)[abs(tr(U))^4] = 1, E_U(1)[abs(tr(U))^6] = 1, E_U(2)[abs(tr(U))^6] = 5, "
        "E_U(1)[abs(tr(U))^8] = 1, E_U(2)[abs(tr(U))^8] = 14, E_U(3)[abs(tr(U))^8] = 23",
    },
    paper=WEINGARTEN,
    remarks=__doc__,
    wrong=[
        Wrong("for d >= 2: E_U(d)[abs(tr(U))^6] = 6", "k! below the degree", part="U(d), k = 3"),
        Wrong("for d >= 2: E_O(d)[tr(O)^6] = 15", "(2k-1)!! below the degree", part="O(d), k = 3"),
        Wrong("E_O(1)[tr(O)^4] = 3", "decreasing for increasing", part="O(d) below"),
        Wrong("E_U(3)[abs(tr(U))^8] = 24", "k! below the degree, k = 4", part="U(d) below"),
    ],
)
