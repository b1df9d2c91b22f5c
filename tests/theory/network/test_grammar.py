"""Words: read, printed and read back; what does not type is refused in one line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.network.grammar import parse_word
from theory.network.scale import Scale
from theory.network.word import Word

PRIMITIVE = st.sampled_from(
    ["gauss", "gauss(2)", "haar", "rademacher(1/2)", "bias(1/10)", "relu", "gelu", "act(x*Phi(x))", "gain(1/2)", "rmsnorm",
     "layernorm", "batchnorm", "glu(silu)", "glu(relu, shared)", "dropout(1/10)", "conv(3)", "conv(5, delta)",
     "attention(uniform)", "meanpool", "leaky_relu(1/5)"]
)  # fmt: skip
CHAIN = st.lists(PRIMITIVE, min_size=1, max_size=4).map(" | ".join)
WORD = st.recursive(
    CHAIN,
    lambda inner: st.one_of(
        inner.map(lambda t: f"({t}) * 3"),
        inner.map(lambda t: f"({t}) * L"),
        inner.map(lambda t: f"residual(1/sqrt(2*L), skip=l/L: {t} | gauss)"),
        inner.map(lambda t: f"residual(deepnorm: {t} | gauss)"),
        inner.map(lambda t: f"layernorm({t})"),
    ),
    max_leaves=4,
)


@settings(deadline=None, max_examples=60)
@given(WORD)
def test_printing_and_reading_is_the_identity(text):
    word = parse_word(text)
    assert parse_word(str(word)) == word


def test_both_notations_of_a_norm_are_one_word():
    assert parse_word("layernorm(gauss | gelu)") == parse_word("gauss | gelu | layernorm")
    assert parse_word("gauss | gelu") == parse_word("gauss") | parse_word("gelu")
    assert parse_word("(gauss | relu) * 3") == parse_word("gauss | relu") * 3


@pytest.mark.parametrize(
    ("text", "scale", "skip"),
    [
        ("residual(deepnorm: gauss | relu | gauss)", "1/(8*L)**(1/2)", "(2*L)**(1/4)"),
        ("residual(fixup: gauss | relu | gauss)", "0", "1"),
        ("residual(1/sqrt(L), skip=sqrt(1 - 1/L): gauss)", "1/sqrt(L)", "sqrt(1 - 1/L)"),
        ("residual(gauss)", "1", "1"),
    ],
)
def test_scales_of_residuals(text, scale, skip):
    block = parse_word(text).blocks[0]
    for depth in (2, 7):
        assert block.scale.at(depth, 1) == Scale.from_text(scale).at(depth, 1)
        assert block.skip.at(depth, 1) == Scale.from_text(skip).at(depth, 1)


def test_unfolding_counts_and_places():
    word = parse_word("gauss | (residual(l/L: gauss | relu | gauss)) * L | gauss")
    blocks = list(word.unfolded(3))
    assert len(blocks) == 5
    assert word.linear_layers(3) == 8
    assert [str(block.scale) for block in blocks[1:4]] == ["1/3", "2/3", "1"]
    assert parse_word("gauss | relu").linear_layers(10) == 10  # a word without repetition is repeated as a whole
    assert parse_word("(gauss | relu) * 4").linear_layers(2) == 8


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "at least one block"),
        ("gaus | relu", "the nearest is 'gauss'"),
        ("gauss | rellu", "the nearest is 'relu'"),
        ("gauss || relu", r"both sides of \|"),
        ("gauss relu", r"needs \| between blocks"),
        ("(gauss", "every bracket closed"),
        ("gauss)", "every bracket opened"),
        ("gauss * 0", r"count in 1\.\."),
        ("gauss * x", r"`\* L` or `\* NUMBER`"),
        ("gauss(-1)", "variance > 0"),
        ("gauss(1, 2)", "at most 1 argument"),
        ("haar(ratio=2)", "ratio=1"),
        ("residual", "needs a branch"),
        ("residual(relu)", "weights of its own"),
        ("residual(gauss(ratio=2))", "returns to its width"),
        ("(gauss(ratio=2) | relu) * 3", "returns to its width"),
        ("residual(deepnrm: gauss)", "the nearest is 'deepnorm'"),
        ("residual(1/0: gauss)", "divisors other than 0"),
        ("residual(L**L: gauss)", "rational exponents"),
        ("residual(__import__(1): gauss)", "|".join(["numbers, L, l", "scale needs"])),
        ("conv(4)", "odd positive size"),
        ("dropout(1)", r"rate in \[0, 1\)"),
        ("attention(soft)", "the nearest is 'softmax'"),
        ("glu(gauss)", "needs an activation"),
        ("bias", "one argument"),
        ("gauss" + "(" * 30, "closed|nested"),
        ("x" * 2000, "at most 1000 characters"),
    ],
)
def test_bad_words(text, match):
    with pytest.raises(ValueError, match=match):
        parse_word(text)


def test_wrong_kinds():
    with pytest.raises(TypeError, match="needs text"):
        parse_word(3)
    with pytest.raises(TypeError, match="needs blocks"):
        Word(("gauss",))
    with pytest.raises(ValueError, match="depth >= 1"):
        list(parse_word("gauss").unfolded(0))
    with pytest.raises(ValueError, match="exact number"):
        Scale.of(0.5)
    with pytest.raises(ValueError, match="finite real number"):
        Scale.from_text("1/(L-2)").at(2, 1)
