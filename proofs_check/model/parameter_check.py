"""Every parameter of a model against a declared law or the rule its class follows; what deviates is read.

A weight *agrees* with a rule when no test of `numerics.initialisation` refutes it at its share of alpha. Weights of one role form a class,
and the rule that explains most of the class, as it stands or by a usual mistake, is the class's rule. A weight that does not
agree with it is a fault if a mistake turns one into the other, if its peers do agree, or if most of its peers agree with each
other and not with it; it is right if another rule of the catalogue has it; and
"unnamed" else, which is no fault.

**False alarms.** If every weight is drawn as declared, or if there is a rule in the catalogue that the weights of each class follow, then a fault is
reported with probability at most alpha: the rule of a class is one that all its weights agree with unless a share is used up.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from numerics.initialisation.deviation import Mistake, mistakes
from numerics.initialisation.entry_law import FAMILIES, EntryLaw, Family
from numerics.initialisation.entry_test import judge_entries
from proofs_check.model.declaration import Law, Target, declared_law
from proofs_check.model.finding import Finding
from proofs_check.model.judged import Judged
from proofs_check.model.peers import against_peers
from proofs_check.model.rule import COMMON, RANDOM, RULES, Rule, is_transposed
from proofs_check.model.weight import Weight, branches, matrices


def judge_weights(weights: Sequence[Weight], alpha: float, laws: Iterable[tuple[str, Law]] = ()) -> list[Finding]:
    """Judge every parameter.

    Parameters
    ----------
    weights : sequence of Weight
    alpha : float
        Probability of any false alarm, split evenly over the parameters.
    laws : iterable of (pattern, law), optional
        Declared laws (`read_laws`); what none of them names is judged by the rules.

    Returns
    -------
    list of Finding
        In the order of the weights.
    """
    ends, laws = branches(list(weights)), list(laws)
    judged = [Judged(weight, alpha / len(weights)) for weight in weights]
    found: dict[str, Finding] = {}
    for one in judged:
        target = declared_law(one.weight, laws, ends)
        first = _declared(one, target, ends) if target is not None else _simple(one, judged)
        if first is not None:
            found[one.weight.name] = first
    for finding in _copies(judged):
        found[finding.name] = finding
    classes: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        if one.weight.name not in found:
            classes[one.weight.role].append(one)
    for role, members in classes.items():
        judge = _judge_class if role in (*RANDOM, "embedding") else _judge_each
        found |= {finding.name: finding for finding in judge(members, ends)}
    return [found[one.weight.name] for one in judged]


def _declared(one: Judged, target: Target, ends: int) -> Finding:
    """Return the finding of a weight whose law is declared."""
    weight, summary = one.weight, one.summary
    if target.constant is not None:
        off = int(np.count_nonzero(weight.array != np.asarray(target.constant, dtype=weight.array.dtype)))
        reading = f"{off} of {weight.array.size} entries are not {target.constant:g}"
        return one.finding(
            target.text,
            "fault" if off else "right",
            mistake="law" if off else "",
            reading=reading if off else "",
            family=None if off else "constant",
        )
    if target.gain is not None:
        frames = one.frames
        if frames and abs(frames[0].gain / target.gain - 1) < 1e-3 + 8 * weight.unit:
            return one.finding(
                target.text, "right", family="orthogonal", std=frames[0].gain, log_p=max(f.log_p for f in frames)
            )
        reading = f"orthogonal with gain {frames[0].gain:.4g}" if frames else "rows and columns are not orthonormal"
        return one.finding(target.text, "fault", mistake="law", reading=reading)
    if target.entries is None:
        return one.finding(target.text, "right")
    law = target.entries
    agreed = one.agrees(law.std, (law.family,))
    if agreed is not None:
        return one.finding(target.text, "right", family=law.family, log_p=agreed[1])
    if not weight.array.any():
        return _zero(one, target.text)
    possible = _mistakes(weight, law.std, target.text, ends if target.is_scaled else 0, by_fan=True)
    named = _named(one, possible)
    if named is not None:
        return one.finding(target.text, "fault", mistake=named.key, reading=named.text, log_p=-math.inf)
    ratio = summary.root_mean_square / law.std
    reading = f"std {summary.root_mean_square:.4g} is {ratio:.4g} of the declared {law.std:.4g}"
    if one.agrees(law.std) is not None or (one.family and one.family != law.family):
        reading += f"; entries look {one.family or 'otherwise'}, not {law.family}"
    return one.finding(target.text, "fault", mistake="law", reading=reading, log_p=-math.inf)


def _simple(one: Judged, all_of_them: Sequence[Judged]) -> Finding | None:
    """Return the finding of zeros, constants and orthogonal matrices; None for anything else."""
    weight, summary = one.weight, one.summary
    if not weight.array.any():
        if weight.role in ("bias", "other"):
            return one.finding("zeros", "right", family="zeros")
        return _zeros_among_peers(one, all_of_them)
    if summary.is_constant and weight.array.size > 1:
        value = float(summary.sample[0])
        if weight.role in (*RANDOM, "embedding") and min(summary.rows, summary.columns) > 1:
            return one.finding(
                "",
                "fault",
                family="constant",
                mistake="constant",
                reading=f"every entry is {value:g}: units never come to differ",
            )
        return one.finding(f"constant {value:g}", "right", family="constant")
    if weight.role in (*RANDOM, "embedding", "other") and weight.array.ndim > 1 and one.frames:
        return _orthogonal(one)
    return None


def _orthogonal(one: Judged) -> Finding:
    frames = one.frames
    gain, wrong = frames[0].gain, [frame for frame in frames if frame.refuted]
    rule = f"orthogonal{' gates' if len(frames) > 1 else ''}, gain {gain:.4g}"
    matrix = next(matrices(one.weight))
    if np.count_nonzero(matrix) == min(matrix.shape):
        return one.finding(rule.replace("orthogonal", "identity"), "right", family="orthogonal", std=gain)
    if wrong:
        return one.finding(rule, "note", family="orthogonal", std=gain, mistake="not_haar", reading=wrong[0].reading)
    return one.finding(rule, "right", family="orthogonal", std=gain, log_p=min(frame.log_p for frame in frames))


def _zeros_among_peers(one: Judged, others: Sequence[Judged]) -> Finding:
    """Zeros are meant where a residual branch ends, in adapters and gates, and then in every block."""
    weight = one.weight
    peers = [other.weight for other in others if other.weight.kind == weight.kind]
    alike = all(not peer.array.any() for peer in peers)
    gains = [other.weight for other in others if other.weight.role == "norm_gain"]
    meant = any(word in weight.name.lower() for word in ("lora_b", "zero", "ada", "modulation", "gate"))
    branch = weight.ends_branch or (weight.role == "norm_gain" and any(gain.array.any() for gain in gains))
    if alike and (meant or (branch and (len(peers) > 1 or weight.role == "norm_gain"))):
        return one.finding(
            "zeros",
            "note",
            family="zeros",
            mistake="zeros",
            reading="zeros: the branch starts as nothing, the block as its skip",
        )
    return _zero(one, "")


def _zero(one: Judged, rule: str) -> Finding:
    return one.finding(
        rule, "fault", family="zeros", mistake="zeros",
        reading="zero-initialised: nothing passes, and no gradient reaches what comes before; declare zeros if it is meant",
    )  # fmt: skip


def _copies(judged: Sequence[Judged]) -> list[Finding]:
    """Return findings of weights that are copies of one another: `copy.deepcopy` of a layer draws nothing anew."""
    groups: dict[Any, list[Judged]] = defaultdict(list)
    for one in judged:
        if (
            one.weight.role in (*RANDOM, "embedding")
            and one.weight.array.size > 8
            and not one.summary.is_constant
            and one.family
        ):
            groups[(one.weight.array.shape, one.summary.square, one.summary.total, one.summary.largest)].append(one)
    found = []
    for same in groups.values():
        first = same[0]
        for other in same[1:]:
            if np.array_equal(first.weight.array, other.weight.array):
                reading = f"the same numbers as {first.weight.name}: copied (deepcopy), not drawn anew"
                found.append(other.finding("", "fault", mistake="copied", reading=reading, log_p=-math.inf))
    return found


def _judge_class(members: Sequence[Judged], ends: int) -> list[Finding]:
    """Judge the weights of one role by the rule that explains most of them."""
    base = _class_rule(members)
    if base is None:
        return [one.unnamed() for one in members]
    scaled = _scaled_ends(members, base, ends)
    agree: Counter[str] = Counter()
    for one in members:
        agree[one.weight.kind] += _has_rule(one, base) is not None
    found = [_judge_member(one, base, ends, scaled, agree[one.weight.kind], one is members[-1]) for one in members]
    return against_peers(members, found)


def _class_rule(members: Sequence[Judged]) -> Rule | None:
    """Return the rule that explains most weights, one for each that agrees and half of one for each that a mistake turns into it."""
    best, most = None, 0.0
    for rule in RULES:
        agreeing = sum(_has_rule(one, rule) is not None for one in members)
        if len(members) <= most:
            break  # no later rule explains more
        mistaken = sum(
            _structural(one, rule) is not None
            for one in members
            if rule.std(one.weight) is not None and _has_rule(one, rule) is None
        )
        if not agreeing and not (mistaken == len(members) and rule.name in COMMON):
            continue  # one mistake that fits one weight is a coincidence; the same one in all of them is not
        if agreeing + mistaken / 2 > most:
            best, most = rule, agreeing + mistaken / 2
    return best


def _own_rule(one: Judged) -> tuple[Rule, tuple[Family, float]] | None:
    """Return the rule that a weight agrees with best, by itself."""
    fits = [(rule, fit) for rule in RULES if (fit := _has_rule(one, rule)) is not None]
    return max(fits, key=lambda pair: pair[1][1], default=None)


def _has_rule(one: Judged, rule: Rule) -> tuple[Family, float] | None:
    std = rule.std(one.weight)
    return None if std is None else one.agrees(std, rule.families)


def _structural(one: Judged, rule: Rule, ends: int = 0) -> Mistake | None:
    """Return the mistake that turns a rule into what the weight is; a gain is a choice and not among them."""
    std = rule.std(one.weight)
    if std is None:
        return None
    possible = _mistakes(one.weight, std, rule.name, ends, by_fan=rule.by_fan)
    return _named(one, [mistake for mistake in possible if mistake.key != "gain"])


def _mistakes(weight: Weight, std: float, what: str, ends: int, *, by_fan: bool) -> list[Mistake]:
    own = weight.fans if by_fan else None
    possible = mistakes(
        std,
        what,
        own,
        groups=weight.groups if by_fan else 1,
        truncated=by_fan or what.startswith("Xavier"),
        branches=ends,
    )
    return list(possible)


def _named(one: Judged, possible: Iterable[Mistake]) -> Mistake | None:
    """Return the first mistake whose standard deviation the weight agrees with, in a family that the mistake is about."""
    families: dict[str, tuple[Family, ...]] = {"uncorrected_cut": ("truncated",), "std_as_bound": ("uniform",)}
    return next((m for m in possible if one.agrees(m.std, families.get(m.key, FAMILIES)) is not None), None)


def _scaled_ends(members: Sequence[Judged], base: Rule, ends: int) -> bool:
    """Whether the ends of residual branches must be scaled by 1/sqrt(2L): one of them is, or GPT-2's names and std say so."""
    own = [one for one in members if one.weight.ends_branch and base.std(one.weight) is not None]
    if ends < 2 or not own:
        return False
    if any(_is_scaled(one, base, ends) and _has_rule(one, base) is None for one in own):
        return True
    return base.name == "std 0.02" and any(one.weight.marked for one in own)


def _is_scaled(one: Judged, base: Rule, ends: int) -> tuple[Family, float] | None:
    std = base.std(one.weight)
    return None if std is None or ends < 2 else one.agrees(std / math.sqrt(ends), base.families)


def _judge_member(one: Judged, base: Rule, ends: int, scaled: bool, peers: int, is_last: bool) -> Finding:
    """Judge one weight of a class by the class's rule, then by the others."""
    weight = one.weight
    agreed = _has_rule(one, base)
    if weight.ends_branch and scaled:
        fits = _is_scaled(one, base, ends)
        rule = f"{base.name} / sqrt({ends})"
        if fits is not None:
            return one.finding(rule, "right", family=fits[0], log_p=fits[1])
        std = base.std(weight)
        assert std is not None
        named = _named(
            one, (m for m in mistakes(std / math.sqrt(ends), base.name, branches=ends) if m.key == "residual_scale")
        )
        if named is not None:
            return one.finding(
                rule,
                "fault",
                family=agreed[0] if agreed else None,
                mistake=named.key,
                reading=named.text,
                log_p=-math.inf,
            )
    if agreed is not None:
        return one.finding(base.name, "right", family=agreed[0], log_p=agreed[1])
    own = _own_rule(one)
    mistake = _structural(one, base)
    if mistake is not None and mistake.key == "swapped_fans" and is_transposed(weight):
        reading = "torch.nn.init takes the output channels of a transposed convolution for its inputs: " + mistake.text
        return one.finding(base.name, "note", mistake=mistake.key, reading=reading)
    if mistake is not None and not (own is not None and is_last):
        return one.finding(base.name, "fault", mistake=mistake.key, reading=mistake.text, log_p=-math.inf)
    if own is not None:
        return one.finding(own[0].name, "right", family=own[1][0], log_p=own[1][1])
    std = base.std(weight)
    if std is not None and peers > 0:
        ratio = one.summary.root_mean_square / std
        reading = (
            f"std is {ratio:.4g} of {base.name}, which its peers follow"
            if abs(ratio - 1) > 0.01
            else f"entries are no independent draws; its peers follow {base.name}"
        )
        return one.finding(base.name, "fault", mistake="peers", reading=reading, log_p=-math.inf)
    return one.unnamed()


def _judge_each(members: Sequence[Judged], ends: int) -> list[Finding]:
    """Judge biases, gains and free parameters one by one: what no rule has is unnamed and no fault."""
    del ends
    found = []
    for one in members:
        own = _own_rule(one)
        if own is not None:
            found.append(one.finding(own[0].name, "right", family=own[1][0], log_p=own[1][1]))
        elif one.weight.role == "norm_gain" and _near_one(one):
            found.append(one.finding("N(1, 0.02^2)", "right", family="normal"))
        else:
            found.append(one.unnamed())
    return found


def _near_one(one: Judged) -> bool:
    law = EntryLaw("normal", 0.02, 1.0)
    return not judge_entries(one.weight.array, law, one.alpha).refuted
