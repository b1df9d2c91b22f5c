import pytest

from theory.haar.memory import memory_limit, refuse_beyond_memory


def test_the_estimate_is_in_the_message():
    with pytest.raises(ValueError, match=r"would take about .* GiB.*got order=7"):
        refuse_beyond_memory(2 * memory_limit(), "f", 7)
    refuse_beyond_memory(memory_limit() // 2, "f", 7)
