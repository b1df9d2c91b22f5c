"""Logarithms, moduli, ratios and entropies of Haar and Gaussian matrices, in digamma and gamma functions.

**Entries.** |W_11|^2 has the law Beta(1/2, (d-1)/2) on O(d), Beta(1, d-1) on U(d).
**Determinants.** For the p x q corner A of a Haar matrix, p <= q, det A A* is a product of independent Beta((q-i+1) b, (d-q) b), i = 1..p, with
b = 1/2 (orthogonal) or 1 (unitary); for p x q normal entries, of chi-squares: Gamma((q-i+1) b) times 2 (real) or 1 (complex).
**Entropies.** A random pure state of C^m (x) C^n, m <= n, has the mean entanglement entropy psi(mn+1) - psi(n+1) - (m-1)/(2n) (Page); the squared
entries of one row have the mean entropy psi(db+1) - psi(b+1).
**Quadratic forms.** For a random state of C^d and A with eigenvalues a_i (Hermite-Genocchi), E f(<A>) = (d-1)! [a_1, ..., a_d] F, a divided
difference of F with F^{(d-1)} = f.
**Ratios.** |W_1j|^2 = R q_j with R = sum over J independent of the direction q, for indices in J.
**HCIZ.** int exp tr(A U B U*) dU = prod_{i<d} i! det(exp(a_i b_j)) / (Vandermonde(a) Vandermonde(b)), confluent for equal eigenvalues.

**Accuracy.** Closed forms, enclosed by Arb balls to any digits.

References
----------
[1] D. N. Page, Average entropy of a subsystem, Phys. Rev. Lett. 71 (1993), 1291-1294; S. Sen, Phys. Rev. Lett. 77 (1996), 1-3.
[2] R. J. Muirhead, *Aspects of multivariate statistical theory*, Wiley 1982, theorems 3.2.15, 3.3.3.
[3] C. Itzykson, J.-B. Zuber, The planar approximation II, J. Math. Phys. 21 (1980), 411-421.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import factorial
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Integer, Rational, Symbol, digamma, gamma, log, sympify

from theory.enclosure.ball import ball_of
from theory.haar.sphere import checked_spectrum
from theory.haar.trace import trace_moment
from theory.number import Number

__all__ = [
    "corner_log_determinant",
    "entropy_of_a_row",
    "entry_log",
    "entry_modulus",
    "hciz",
    "modulus_of_an_observable",
    "page_entropy",
    "purity",
    "row_ratio",
    "value_of",
    "wishart_log_determinant",
]

_HALVES = {"orthogonal": Rational(1, 2), "unitary": Integer(1)}


def _half(group: str, function: str) -> Expr:
    if group not in _HALVES:
        raise ValueError(f"{function} needs the orthogonal or the unitary group, got group={group!r}.")
    return _HALVES[group]


def _size(value: Any, function: str, name: str, least: int = 1) -> Expr:
    """Return a size, an integer >= least or a SymPy expression."""
    size = sympify(value)
    if size.is_number and not (size.is_Integer and size >= least):
        raise ValueError(f"{function} needs {name} >= {least}, an integer or a symbol, got {name}={value!r}.")
    return size


def _dimension(value: Any, function: str, least: int = 1) -> Expr:
    return Symbol("d") if value is None else _size(value, function, "dimension", least)


def value_of(expression: Expr) -> Number:
    """Return a closed form without names as a number with certified digits.

    Parameters
    ----------
    expression : Expr
        Of rationals, pi, the Euler constant, log, exp, gamma and digamma at rationals.

    Returns
    -------
    Number

    Raises
    ------
    ValueError
        If a name or another function occurs.

    Examples
    --------
    >>> value_of(entry_log("orthogonal", 2)).decimal(15)
    '-1.38629436111989'
    """
    if expression.free_symbols:
        raise ValueError(f"value_of needs an expression without names, got {expression}.")
    return Number("exact", expression, lambda _: _ball(expression))


def _ball(expression: Expr) -> flint.arb:
    if expression.is_Rational:
        return ball_of(expression)
    if expression is sp.pi:
        return flint.arb.pi()
    if expression is sp.E:
        return flint.arb(1).exp()
    if expression is sp.EulerGamma:
        return flint.arb.const_euler()
    if expression.is_Add:
        return sum((_ball(x) for x in expression.args), flint.arb(0))
    if expression.is_Mul:
        result = flint.arb(1)
        for x in expression.args:
            result *= _ball(x)
        return result
    if expression.is_Pow:
        base, exponent = expression.args
        return _ball(base) ** (int(exponent) if exponent.is_Integer else _ball(exponent))
    functions = {log: flint.arb.log, gamma: flint.arb.gamma, sp.exp: flint.arb.exp}
    if expression.func in functions:
        return functions[expression.func](_ball(expression.args[0]))
    if expression.func is sp.polygamma and expression.args[0] == 0:
        return _ball(expression.args[1]).digamma()
    raise ValueError(f"value_of needs logarithms, powers, gamma and digamma functions, got {expression.func}.")


def entry_log(group: str, dimension: Any = None) -> Expr:
    """Return E log |W_11|^2 = psi(b) - psi(db), b = 1/2 (orthogonal) or 1 (unitary).

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The group.
    dimension : int or Expr, optional
        d; None is the symbol.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        For another group, or a dimension that is no positive integer and no symbol.

    Examples
    --------
    >>> entry_log("unitary", 3), entry_log("unitary")
    (-3/2, -polygamma(0, d) - EulerGamma)
    """
    b, d = _half(group, "entry_log"), _dimension(dimension, "entry_log")
    return digamma(b) - digamma(d * b)


def entry_modulus(group: str, power: Any, dimension: Any = None) -> Expr:
    """Return E |W_11|^s = Gamma(db) Gamma(b + s/2) / (Gamma(b) Gamma(db + s/2)), for any s > -1 (orthogonal) or -2, or a symbol.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The group.
    power : rational number or Expr
        s.
    dimension : int or Expr, optional
        d; None is the symbol.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        For another group, a wrong dimension, or a power at which the moment is infinite.

    Examples
    --------
    >>> entry_modulus("orthogonal", 1, 2), entry_modulus("unitary", 1, 2), entry_modulus("orthogonal", 4, 3)
    (2/pi, 2/3, 1/5)
    """
    b, d, s = _half(group, "entry_modulus"), _dimension(dimension, "entry_modulus"), sympify(power)
    if s.is_number and not (s.is_real and s > -2 * b):
        raise ValueError(f"entry_modulus needs a power > {-2 * b} (the moment is infinite below), got power={power!r}.")
    return sp.gammasimp(gamma(d * b) * gamma(b + s / 2) / (gamma(b) * gamma(d * b + s / 2)))


def corner_log_determinant(group: str, rows: Any, columns: Any, dimension: Any = None) -> Expr:
    """Return E log det A A* of the rows x columns corner of a Haar matrix.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The group.
    rows : int
        p <= columns.
    columns : int or Expr
        q <= d.
    dimension : int or Expr, optional
        d; None is the symbol.

    Returns
    -------
    Expr
        sum_{i<p} psi((q-i) b) - psi((d-i) b): at most 0, and 0 for q = d.

    Raises
    ------
    ValueError
        For another group, rows > columns or columns > d (then the determinant is 0 or there is no such corner).

    Examples
    --------
    The minor of one row and column less is an entry of the inverse: E log det^2 = E log O_11^2.

    >>> sp.simplify(corner_log_determinant("orthogonal", 4, 4, 5) - entry_log("orthogonal", 5))
    0
    """
    b, d = _half(group, "corner_log_determinant"), _dimension(dimension, "corner_log_determinant")
    p, q = _counted(rows, columns, "corner_log_determinant")
    if (d - q).is_negative:
        raise ValueError(f"corner_log_determinant needs columns <= dimension, got columns={q}, dimension={d}.")
    return sum((digamma((q - i) * b) - digamma((d - i) * b) for i in range(p)), Integer(0))


def wishart_log_determinant(field: str, rows: Any, columns: Any) -> Expr:
    """Return E log det G G* of a rows x columns matrix of normal entries, E |g|^2 = 1.

    Parameters
    ----------
    field : {'real', 'complex'}
        N(0, 1) entries, or complex ones.
    rows : int
        p <= columns.
    columns : int or Expr
        q.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        For another field, or rows > columns.

    Examples
    --------
    >>> wishart_log_determinant("complex", 1, 3)
    3/2 - EulerGamma
    """
    if field not in ("real", "complex"):
        raise ValueError(f"wishart_log_determinant needs field real or complex, got field={field!r}.")
    b = Rational(1, 2) if field == "real" else Integer(1)
    p, q = _counted(rows, columns, "wishart_log_determinant")
    return sum((digamma((q - i) * b) + log(1 / b) for i in range(p)), Integer(0))


def _counted(rows: Any, columns: Any, function: str) -> tuple[int, Expr]:
    p, q = _size(rows, function, "rows"), _size(columns, function, "columns")
    if not p.is_Integer or (q - p).is_negative:
        raise ValueError(f"{function} needs an integer number of rows <= columns, got rows={rows}, columns={columns}.")
    return int(p), q


def page_entropy(small: Any, large: Any) -> Expr:
    """Return the mean entanglement entropy of a random pure state of C^m (x) C^n, m <= n, in nats.

    Parameters
    ----------
    small, large : int or Expr
        m <= n.

    Returns
    -------
    Expr
        psi(mn+1) - psi(n+1) - (m-1)/(2n), below log m.

    Raises
    ------
    ValueError
        If m > n, or a size is no positive integer and no symbol.

    Examples
    --------
    >>> page_entropy(2, 2), page_entropy(1, 7)
    (1/3, 0)
    """
    m, n = _size(small, "page_entropy", "small"), _size(large, "page_entropy", "large")
    if (n - m).is_negative:
        raise ValueError(f"page_entropy needs small <= large, got small={small}, large={large}.")
    return sp.expand(digamma(m * n + 1) - digamma(n + 1) - (m - 1) / (2 * n))


def entropy_of_a_row(group: str, dimension: Any = None) -> Expr:
    """Return E of -sum_j p_j log p_j, p_j = |W_1j|^2, in nats: psi(db+1) - psi(b+1).

    Raises
    ------
    ValueError
        For another group or a wrong dimension.

    Examples
    --------
    >>> entropy_of_a_row("unitary", 4)
    13/12
    """
    b, d = _half(group, "entropy_of_a_row"), _dimension(dimension, "entropy_of_a_row")
    return sp.expand(digamma(d * b + 1) - digamma(b + 1))


def purity(first: Any, second: Any, power: Any = 2) -> Expr:
    """Return E tr rho^k of the reduced state of a random pure state of C^m (x) C^n, exact and symbolic in m and n.

    Parameters
    ----------
    first, second : int or str or Symbol
        m and n.
    power : int
        k >= 1.

    Returns
    -------
    Expr
        E tr (Z Z*)^k / (mn (mn + 1) ... (mn + k - 1)), Z with m x n complex normal entries: norm and direction are independent.

    Raises
    ------
    ValueError
        If k is no positive integer.

    Examples
    --------
    >>> purity("m", "n")
    (m + n)/(m*n + 1)
    """
    k = _size(power, "purity", "power")
    m, n = (_size(Symbol(x) if isinstance(x, str) else x, "purity", "size") for x in (first, second))
    if not k.is_Integer:
        raise ValueError(f"purity needs an integer power, got power={power!r}.")
    moment = trace_moment(f"tr((Z*Z.H)**{k})", let={"Z": "complex normal(m,n)"}).as_sympy()
    total = moment.subs({Symbol("m"): m, Symbol("n"): n}, simultaneous=True)
    return sp.factor(sp.cancel(total / sp.prod([m * n + i for i in range(int(k))])))


def row_ratio(
    group: str, powers: Mapping[int, Any], below: Sequence[int], exponent: Any, dimension: Any = None
) -> Expr:
    """Return E prod_j p_j^{a_j} / (sum_{j in J} p_j)^c with p_j = |W_1j|^2.

    Parameters
    ----------
    group : {'orthogonal', 'unitary'}
        The group.
    powers : mapping of int to rational number
        a_j >= 0 by column.
    below : sequence of int
        J, different columns.
    exponent : rational number
        c.
    dimension : int or Expr, optional
        d; None is the symbol.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        For another group, columns that are not different, or an infinite mean.

    Examples
    --------
    >>> row_ratio("unitary", {1: 1}, [1, 2], 1), row_ratio("unitary", {1: 2}, [1, 2], 1)
    (1/2, 2/(3*d))
    """
    b, d = _half(group, "row_ratio"), _dimension(dimension, "row_ratio")
    inside, c = sorted(set(below)), sympify(exponent)
    if len(inside) != len(list(below)) or not inside:
        raise ValueError(f"row_ratio needs different columns below, at least one, got below={below!r}.")
    a = {j: sympify(x) for j, x in powers.items()}
    if any(x < 0 for x in a.values()):
        raise ValueError(f"row_ratio needs powers >= 0, got powers={dict(powers)!r}.")
    used = sum((a.get(j, Integer(0)) for j in inside), Integer(0))
    others = [x for j, x in a.items() if j not in inside]
    rest, many = sum(others, Integer(0)), len(inside) * b
    if not (many + used - c > 0):
        raise ValueError(f"row_ratio needs a finite mean, exponent < {many + used}, got exponent={exponent!r}.")
    direction = sp.prod([_rising(b, a.get(j, Integer(0))) for j in inside]) / _rising(many, used)
    outside = sp.prod([_rising(b, x) for x in others])
    # R^{used - c} times the monomial outside J: Dirichlet with weight |J| b on R.
    radius = gamma(many + used - c) / gamma(many) * gamma(d * b) / gamma(d * b + used - c + rest)
    return sp.factor(sp.gammasimp(direction * outside * radius))


def _rising(start: Expr, count: Expr) -> Expr:
    return gamma(start + count) / gamma(start)


def modulus_of_an_observable(spectrum: Any) -> Fraction:
    """Return E |<psi|A|psi>| of a random state of C^d, A Hermitian with these eigenvalues; exact.

    Parameters
    ----------
    spectrum : sequence of rational numbers, length d
        The eigenvalues, with multiplicity.

    Returns
    -------
    Fraction
        At most the root of E <A>^2.

    Raises
    ------
    TypeError, ValueError
        An empty or inexact spectrum.

    Notes
    -----
    **Method.** (d-1)! times the divided difference of sign(x) x^d / d!, by Newton's table with derivatives at equal eigenvalues.

    Examples
    --------
    A Pauli matrix: <Z> is uniform on [-1, 1].

    >>> modulus_of_an_observable([1, -1])
    Fraction(1, 2)
    """
    values = sorted(checked_spectrum(spectrum, function="modulus_of_an_observable"))
    d = len(values)

    def taylor(x: Fraction, order: int) -> Fraction:
        """Return F^{(order)}(x) / order!."""
        sign = 1 if x >= 0 else -1
        return sign * x ** (d - order) / (factorial(order) * factorial(d - order))

    row = [taylor(x, 0) for x in values]
    for width in range(1, d):
        row = [
            (row[i + 1] - row[i]) / (values[i + width] - values[i])
            if values[i + width] != values[i]
            else taylor(values[i], width)
            for i in range(d - width)
        ]
    return factorial(d - 1) * row[0]


def hciz(first: Sequence[Any], second: Sequence[Any]) -> Expr:
    """Return int exp tr(A U B U*) dU over U(d), for eigenvalues of A and B, also equal ones (A of rank k: d - k zeros).

    Parameters
    ----------
    first, second : sequence of rational numbers or Expr, length d
        The eigenvalues; symbols count as different from everything else.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        If the lengths differ or are zero.

    Examples
    --------
    >>> hciz([1, 0], [1, 0])
    -1 + E
    """
    a, b = [sympify(x) for x in first], [sympify(x) for x in second]
    if len(a) != len(b) or not a:
        raise ValueError(f"hciz needs two spectra of one length d >= 1, got lengths {len(a)} and {len(b)}.")
    x, y = Symbol("x_"), Symbol("y_")
    rows, columns = _confluent(a), _confluent(b)

    def entry(i: int, j: int) -> Expr:
        (p, m), (q, n) = rows[i], columns[j]
        return sp.diff(sp.exp(x * y), x, m, y, n).subs({x: p, y: q}, simultaneous=True) / (factorial(m) * factorial(n))

    above = sp.Matrix(len(a), len(a), entry).det(method="berkowitz")
    constant = sp.prod([Integer(factorial(i)) for i in range(len(a))])
    return sp.expand(sp.cancel(constant / (_vandermonde(rows) * _vandermonde(columns))) * above)


def _confluent(values: Sequence[Expr]) -> list[tuple[Expr, int]]:
    """Return (eigenvalue, order of the derivative) for every eigenvalue, equal ones together."""
    return [(value, m) for value, count in Counter(values).items() for m in range(count)]


def _vandermonde(nodes: Sequence[tuple[Expr, int]]) -> Expr:
    """Return prod_{i<j} (x_j - x_i) over the pairs of different nodes."""
    return sp.prod([q - p for i, (p, _) in enumerate(nodes) for q, _ in nodes[i + 1 :] if q != p])
