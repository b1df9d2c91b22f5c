"""`haarmite weingarten` and `haarmite haar`: Weingarten functions, and exact moments of Haar matrices.

Symbolic d unless --dimension is given. JSON: {"numerator", "denominator"} as factored text in d, or {"value"} as an
exact fraction. Numbers come as text and are read here, so that whatever is wrong with them ends in one line and exit
code 2.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.console import Json, fail, print_json

if TYPE_CHECKING:
    from fractions import Fraction

    from theory.haar.rational_function import RationalFunction
    from theory.haar.trace import TracePolynomial

GroupName = Annotated[str, typer.Argument(metavar="GROUP", help="unitary, orthogonal or symplectic.")]
PartitionText = Annotated[
    str | None, typer.Argument(metavar="[PARTITION]", help="One class, its parts with commas: 3,1,1.")
]
Order = Annotated[str | None, typer.Option(metavar="K", help="All classes of this order instead of one.")]
Dimension = Annotated[
    str | None,
    typer.Option("--dimension", metavar="INT", help="Size of the matrices (2n for symplectic); symbolic if not given."),
]
Expansion = Annotated[str | None, typer.Option(metavar="N", help="The first N coefficients in powers of 1/d.")]
Integrand = Annotated[
    str, typer.Argument(metavar="EXPR", help='Entries or traces: "O[1,1]**4*O[1,2]**2", "tr(U*A*U.H*B)".')
]
Symmetric = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="A fixed matrix inside tr() that is symmetric; repeat for more."),
]
Digits = Annotated[str, typer.Option(metavar="N", help="Digits of a mean that is no rational number.")]
Let = Annotated[
    list[str] | None,
    typer.Option(
        "--let",
        metavar="NAME=KIND",
        help='What is known: "P = projector(n)", "G = normal(m,n)", "V = orthogonal", "A,B = diagonal", "tr(A**2) = 1"; repeat for more.',
    ),
]
CertificateFile = Annotated[
    str | None,
    typer.Option("--certificate", metavar="FILE.json", help="Write a certificate that haarmite recheck accepts."),
]

_LARGEST_ORDER = 1000
_INTEGER = re.compile(r"[+-]?[0-9]{1,1000}")


def weingarten(
    group: GroupName,
    partition: PartitionText = None,
    order: Order = None,
    dimension: Dimension = None,
    expansion: Expansion = None,
    certificate: CertificateFile = None,
    json: Json = False,
) -> None:
    """Weingarten functions of U(d), O(d) and Sp(d), d = 2n: one class, or all of one order.

    Examples: haarmite weingarten orthogonal 2,1 --expansion 4; haarmite weingarten unitary --order 5 --dimension 3
    """
    try:
        from theory.haar.dimension import checked_dimension, checked_group

        name = checked_group(group, function="weingarten")
        d = checked_dimension(_optional_integer(dimension, "dimension"), name, function="weingarten")
        terms = _terms(expansion, d)
        if partition is not None and order is None:
            document = _class_document(name, _partition(partition), d, terms)
        elif order is not None and partition is None:
            document = _table_document(name, _bounded_order(_integer(order, "order")), d, terms)
        else:
            raise ValueError("weingarten needs one class such as 3,1,1 or all with --order K, got both or neither.")
        if certificate is not None:
            if partition is None:
                raise ValueError("weingarten needs one class such as 3,1,1 for --certificate, got --order.")
            from proofs_check.interval.haar_certificate import weingarten_certificate

            _write_certificate(certificate, weingarten_certificate(name, _partition(partition), d))
    except (ValueError, TypeError) as error:
        fail(str(error))
    if json:
        print_json(document)
    elif "table" in document:
        _print_table(document)
    else:
        _print_class(document)


def haar(
    expression: Integrand,
    dimension: Dimension = None,
    expansion: Expansion = None,
    symmetric: Symmetric = None,
    let: Let = None,
    digits: Digits = "20",
    certificate: CertificateFile = None,
    json: Json = False,
) -> None:
    """Exact mean of a polynomial in the entries of one random matrix, or in traces of words in several.

    Entries of O orthogonal, U unitary, S symplectic, SO and SU of determinant 1, P permutation, CP centred, COE circular; in traces also V, O1, O2, ..., Sp, G normal, Z complex normal, GOE, GUE, COE, CSE.

    Examples: haarmite haar "O[1,1]**4*O[1,2]**2"; haarmite haar "abs(U[1,1])**6" --dimension 2; haarmite haar "tr(O*A*O.T*B)**2";
    haarmite haar "abs(O[1,1])" --dimension 3; haarmite haar "logdet(O, 2, 3)"; haarmite haar "entropy(m, n)"; haarmite haar "purity(m, n)"; haarmite haar "jacobian(O, 2, relu)";
    haarmite haar "tr(U*A*V*B*U.H*V.H)"; haarmite haar "U**2*A*U.H**2"; haarmite haar "tensor(O*E*O.T, O*E*O.T)" --let "E = state"; haarmite haar "tr(U*P*U.H*Q)**2" --let "P = projector(m)" --let "Q = projector(n)"
    """
    try:
        d = _optional_integer(dimension, "dimension")
        terms = _terms(expansion, d)
        from theory.haar.named_mean import is_named_mean

        if is_named_mean(expression):
            if terms is not None or symmetric or let:
                raise ValueError("haar needs a polynomial for --expansion, --symmetric and --let, got another mean.")
            document = _named_document(expression, d, _integer(digits, "digits"))
        elif re.search(r"\btr\s*\(", expression):
            document = _trace_document(expression, d, terms, symmetric or [], _declarations(let or []))
        elif "[" not in expression and re.search(r"[A-Z]", expression):
            declared = dict.fromkeys(symmetric or [], "symmetric") | _declarations(let or [])
            document = _matrix_document(expression, d, terms, declared)
        elif symmetric or let:
            option = "--symmetric" if symmetric else "--let"
            raise ValueError(f"haar needs tr(...) for {option} (entries have no fixed matrices), got none.")
        else:
            document = _entry_document(expression, d, terms)
        if certificate is not None:
            if "group" not in document or "[" not in expression:
                raise ValueError(
                    "haar needs a polynomial in the entries of O or U for --certificate (traces and closed forms have none yet), "
                    f"got {_shown(expression)}."
                )
            from proofs_check.interval.haar_certificate import moment_certificate

            _write_certificate(certificate, moment_certificate(expression, d))
    except (ValueError, TypeError) as error:
        fail(str(error))
    if json:
        print_json(document)
    else:
        _print_moment(document)


def _write_certificate(path: str, text: str) -> None:
    """Write a certificate once the independent checker has accepted it."""
    from proofs_check.interval.recheck import recheck

    answer = recheck(text)
    if not answer.accepted:
        raise ValueError(
            f"--certificate needs an answer that the checker can follow, got one it refuses: {answer.reason}."
        )
    try:
        Path(path).write_text(text + "\n", encoding="ascii")
    except OSError as error:
        raise ValueError(f"--certificate needs a file that can be written, got {path!r} ({error.strerror}).") from None


def _integer(text: str, name: str) -> int:
    """Return the integer that an argument names."""
    if not _INTEGER.fullmatch(text.strip()):
        raise ValueError(f"{name} needs to be an integer in at most 1000 digits, got {name}={_shown(text)}.")
    return int(text)


def _optional_integer(text: str | None, name: str) -> int | None:
    return None if text is None else _integer(text, name)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _terms(expansion: str | None, dimension: int | None) -> int | None:
    """Return the number of coefficients asked for."""
    terms = _optional_integer(expansion, "expansion")
    if terms is None:
        return None
    if dimension is not None:
        raise ValueError(f"expansion needs symbolic d (it is in powers of 1/d), got dimension={dimension}.")
    if not 1 <= terms <= 10_000:
        raise ValueError(f"expansion needs 1 to 10000 coefficients, got expansion={terms}.")
    return terms


def _partition(text: str) -> tuple[int, ...]:
    """Return the parts of a partition written as 3,1,1."""
    from theory.haar.partition import checked_partition

    parts = text.split(",")
    if not all(_INTEGER.fullmatch(part.strip()) for part in parts):
        raise ValueError(
            f"weingarten needs a partition (positive integers with commas, such as 3,1,1), got {_shown(text)}."
        )
    mu = checked_partition([int(part) for part in parts], function="weingarten")
    _bounded_order(sum(mu))
    return mu


def _bounded_order(order: int) -> int:
    """Return the order; beyond the bound even the estimate of the memory takes long."""
    if order > _LARGEST_ORDER:
        raise ValueError(
            f"weingarten needs an order of at most {_LARGEST_ORDER}, got order={_shown(str(order))[1:-1]}."
        )
    return order


def _class_document(group: str, mu: tuple[int, ...], d: int | None, terms: int | None) -> dict[str, Any]:
    from theory.haar.weingarten import weingarten as weingarten_function

    document = {"schema": 1, "group": group, "partition": list(mu), "order": sum(mu), "dimension": d}
    if d is None:
        document["least_dimension"] = sum(mu) * (2 if group == "symplectic" else 1)
    return document | _value(weingarten_function(group, mu, d), terms)


def _table_document(group: str, order: int, d: int | None, terms: int | None) -> dict[str, Any]:
    from theory.haar.weingarten import weingarten_table

    entries = [
        {"partition": list(mu)} | _value(value, terms) for mu, value in weingarten_table(group, order, d).items()
    ]
    document: dict[str, Any] = {"schema": 1, "group": group, "order": order, "dimension": d}
    if d is None:
        document["least_dimension"] = order * (2 if group == "symplectic" else 1)
    return document | {"table": entries}


def _entry_document(text: str, d: int | None, terms: int | None) -> dict[str, Any]:
    from theory.haar.entry_expression import parse_entry_polynomial
    from theory.haar.monomial import haar_moment

    polynomial = parse_entry_polynomial(text, d)
    moment = haar_moment(polynomial, d)
    least = getattr(moment, "least_dimension", None) or polynomial.least_dimension
    document = {"schema": 1, "integrand": text, "group": polynomial.group, "dimension": d, "least_dimension": least}
    return document | _value(moment, terms)


def _declarations(texts: list[str]) -> dict[str, str]:
    """Return {name: kind} of the declarations NAME = KIND."""
    result = {}
    for text in texts:
        name, equals, kind = text.rpartition("=")
        if not equals or not name.strip() or not kind.strip():
            raise ValueError(f"--let needs NAME = KIND or tr(WORD) = VALUE, got {_shown(text)}.")
        result[name.strip()] = kind.strip()
    return result


def _trace_document(
    text: str, d: int | None, terms: int | None, symmetric: list[str], let: dict[str, str]
) -> dict[str, Any]:
    from theory.haar.trace import trace_moment
    from theory.haar.trace_expression import parse_trace_expression
    from theory.haar.trace_word import is_scalar

    expression = parse_trace_expression(text, symmetric, let)
    moment = trace_moment(expression, d)
    document = {"schema": 1, "integrand": text, "group": expression.group, "dimension": d}
    document["least_dimension"] = moment.least_dimension
    if all(not words for words, _ in moment.terms):
        return document | _value(_number(moment), terms)
    entries = [
        {"traces": entry["traces"]} | _value(coefficient, terms)
        for entry, (_, coefficient) in zip(moment.as_json(), moment.terms, strict=True)
    ]
    if all(is_scalar(word) for words, _ in moment.terms for word in words):
        document["text"] = str(moment.as_sympy())
    return document | {"terms": entries}


def _matrix_document(text: str, d: int | None, terms: int | None, let: dict[str, str]) -> dict[str, Any]:
    """Return the mean of a matrix, or of tensor(X1, X2, ...) paired with test matrices Y1, Y2, ...."""
    from theory.haar.matrix_moment import matrix_moment, tensor_moment

    tensor = re.fullmatch(r"\s*tensor\s*\((.*)\)\s*", text)
    document: dict[str, Any] = {"schema": 1, "integrand": text, "dimension": d}
    if tensor is not None:
        moment = tensor_moment(*tensor[1].split(","), dimension=d, let=let)
        entries = [{"traces": e["traces"]} for e in moment.as_json()]
        coefficients = [c for _, c in moment.terms]
        least = moment.least_dimension
    else:
        matrix = matrix_moment(text, d, let=let)
        entries = [
            {"traces": [*map(matrix.algebra.text, words), matrix.word_text(word)]} for words, word, _ in matrix.terms
        ]
        coefficients = [c for _, _, c in matrix.terms]
        least = matrix.least_dimension
    pairs = zip(entries, coefficients, strict=True)
    return document | {"least_dimension": least, "terms": [entry | _value(c, terms) for entry, c in pairs]}


def _named_document(text: str, d: int | None, digits: int) -> dict[str, Any]:
    """Return the closed form, with certified digits if no name is left."""
    from theory.haar.log_moment import value_of
    from theory.haar.named_mean import condition, least_dimension, named_mean

    value = named_mean(text, d)
    document: dict[str, Any] = {"schema": 1, "integrand": text, "dimension": d, "text": str(value)}
    if d is None and least_dimension(text) > 1:
        document["least_dimension"] = least_dimension(text)
    if needed := condition(text):
        document["condition"] = needed
    if value.free_symbols:
        return document | {"closed_form": str(value)}
    return document | value_of(value).to_json(digits)


def _number(moment: TracePolynomial) -> RationalFunction | Fraction:
    """Return the value of a polynomial without traces."""
    from fractions import Fraction

    from theory.haar.rational_function import RationalFunction

    value = moment.terms[0][1] if moment.terms else Fraction(0)
    symbolic = moment.dimension is None and isinstance(value, Fraction)
    return RationalFunction.constant(value) if symbolic else value  # type: ignore[arg-type]


def _value(value: Any, terms: int | None) -> dict[str, Any]:
    """Return numerator, denominator, poles and leading term of a function of d, or the exact value."""
    from theory.haar.rational_function import RationalFunction

    if not isinstance(value, RationalFunction):
        from theory.haar.monomial import moment_as_json

        document: dict[str, Any] = {"text": str(value), **moment_as_json(value)}
        if terms is not None:
            raise ValueError("expansion needs rational coefficients (names in them hide the powers of d), got names.")
        return document
    document = {"text": str(value), **value.as_json()}
    document["poles"] = [{"dimension": d, "order": m} for d, m in value.poles.items()]
    power, coefficients = value.expansion(terms or 1)
    document["leading"] = {"power": -power, "coefficient": str(coefficients[0])}
    if terms is not None:
        document["expansion"] = {"power": -power, "coefficients": [str(c) for c in coefficients]}
    return document


def _print_class(document: dict[str, Any]) -> None:
    d, order = document["dimension"], document["order"]
    print(f"Wg({_parts(document)}; {'d' if d is None else d}) = {document['text']}")
    _print_details(document)
    if d is None:
        least = 2 * order if document["group"] == "symplectic" else order
        print(f"valid for      integer d >= {least}; below, the pseudo-inverse is another number: ask with --dimension")
    elif d < (2 * order if document["group"] == "symplectic" else order):
        print(f"note           d is below the order {order}: the entry of the pseudo-inverse of the Gram matrix")


def _print_table(document: dict[str, Any]) -> None:
    d = document["dimension"]
    print(f"Wg(class; {'d' if d is None else d}) of order {document['order']}, {document['group']}")
    width = max(len(_parts(entry)) for entry in document["table"])
    for entry in document["table"]:
        print(f"{_parts(entry):{width}}  {entry['text']}{_series_suffix(entry)}")


def _print_moment(document: dict[str, Any]) -> None:
    if "terms" in document and "text" in document and not any("expansion" in entry for entry in document["terms"]):
        print(f"E {document['integrand']} = {document['text']}")
    elif "terms" in document:
        print(f"E {document['integrand']} =" + ("" if document["terms"] else " 0"))
        for entry in document["terms"]:
            traces = "*".join(entry["traces"])
            print(f"  + ({entry['text']})" + (f"*{traces}" if traces else "") + _series_suffix(entry))
    else:
        print(f"E {document['integrand']} = {document['text']}")
        _print_details(document)
        if document.get("closed_form") and document.get("radius"):
            print(f"value          {document['value']} +- {document['radius']}")
    if document["dimension"] is None and "least_dimension" in document:
        print(f"valid for      integer d >= {document['least_dimension']}")
    if "condition" in document:
        print(f"valid for      {document['condition']}")


def _print_details(document: dict[str, Any]) -> None:
    """Print poles, leading term and expansion of a rational function."""
    if "poles" not in document:
        return
    poles = ", ".join(
        f"{pole['dimension']}" + (f" (order {pole['order']})" if pole["order"] > 1 else "")
        for pole in document["poles"]
    )
    print(f"poles          {poles or 'none'}")
    leading = document["leading"]
    print(f"leading order  {_term_text(leading['coefficient'], leading['power'])}")
    if "expansion" in document:
        print(f"expansion      {_series_text(document['expansion'])}")


def _series_suffix(entry: dict[str, Any]) -> str:
    return f"  = {_series_text(entry['expansion'])}" if "expansion" in entry else ""


def _series_text(expansion: dict[str, Any]) -> str:
    power = expansion["power"]
    shown = [
        _term_text(coefficient, power - i)
        for i, coefficient in enumerate(expansion["coefficients"])
        if coefficient != "0"
    ]
    rest = f"O(d**{power - len(expansion['coefficients'])})"
    return " + ".join([*shown, rest]).replace("+ -", "- ")


def _term_text(coefficient: str, power: int) -> str:
    if power == 0 or coefficient == "0":
        return coefficient
    sign = {"1": "", "-1": "-"}.get(coefficient, f"{coefficient}*")
    return f"{sign}d**{power}" if power != 1 else f"{sign}d"


def _parts(document: dict[str, Any]) -> str:
    return ",".join(map(str, document["partition"]))
