"""The same layer of other blocks: what most of them have is what was meant, and the odd one out is a fault."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from numerics.initialisation.deviation import log_p_same_scale
from numerics.initialisation.entry_law import EntryLaw, Family
from proofs_check.model.finding import Finding
from proofs_check.model.judged import Judged


def against_peers(members: Sequence[Judged], found: Sequence[Finding]) -> list[Finding]:
    """Return the findings with every weight at fault whose size is not that of most of its peers, the same layer of other blocks.

    The peers' own size may be a rule's or none's: what most blocks have is what was meant.

    **False alarms.** Two peers are told apart at a weight's share of alpha divided by the number of peers, since the one that all
    are compared with is chosen by its size.
    """
    findings = {finding.name: finding for finding in found}
    kinds: dict[str, list[Judged]] = defaultdict(list)
    for one in members:
        if one.family:
            kinds[one.weight.kind].append(one)
    for peers in kinds.values():
        middle = sorted(peers, key=lambda one: one.summary.root_mean_square)[len(peers) // 2]
        alike = [one for one in peers if one is middle or _same_scale(one, middle, len(peers))]
        odd = [one for one in peers if one not in alike]
        known = any(
            findings[one.weight.name].status != "unnamed" and findings[one.weight.name].mistake != "peers"
            for one in alike
        )
        if len(alike) < 3 or len(alike) <= 2 * len(odd) or known:
            continue  # too few to say what was meant, or a rule or a mistake by name says it
        for one in alike:
            findings[one.weight.name] = one.unnamed()
        for one in odd:
            reading = _odd_one(one, middle, len(alike), len(peers))
            findings[one.weight.name] = one.finding("", "fault", mistake="peers", reading=reading, log_p=-math.inf)
    return [findings[one.weight.name] for one in members]


def _same_scale(one: Judged, other: Judged, peers: int, ratio: float = 1.0) -> bool:
    law = EntryLaw(cast("Family", one.family), 1.0)
    return log_p_same_scale(one.summary, other.summary, law, ratio) > math.log(one.alpha / peers)


def _odd_one(one: Judged, peer: Judged, alike: int, blocks: int) -> str:
    ratio = one.summary.root_mean_square / peer.summary.root_mean_square
    reading = f"std is {ratio:.4g} times that of its {alike} peers, {peer.summary.root_mean_square:.4g}"
    missing = next((n for n in (2 * blocks, blocks) if _same_scale(one, peer, blocks, math.sqrt(n))), None)
    return reading if missing is None else f"{reading}: 1/sqrt({missing}) not applied"
