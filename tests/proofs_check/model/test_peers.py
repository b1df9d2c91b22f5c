"""The odd one among the same layers of other blocks is the fault, whatever size the others were meant to have."""

import math

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from proofs_check.model.model_check import check  # noqa: E402

SIZE = 0.02 / math.sqrt(12)  # no rule of the catalogue: 2L = 12 where the model's six branches alone say 6


class Block(nn.Module):
    def __init__(self, std):
        super().__init__()
        self.up, self.down = nn.Linear(32, 128), nn.Linear(128, 32)
        nn.init.normal_(self.up.weight, std=0.02)
        nn.init.normal_(self.down.weight, std=std)
        for layer in (self.up, self.down):
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(x)))


def stack(*stds):
    return nn.Sequential(*[Block(std) for std in stds])


@pytest.mark.parametrize("seed", range(4))
def test_the_block_that_was_not_scaled_is_named_and_no_other(seed):
    torch.manual_seed(seed)
    (fault,) = check(stack(SIZE, SIZE, SIZE, 0.02, SIZE, SIZE)).faults
    assert fault.name == "3.down.weight"
    assert fault.mistake == "peers"
    assert "times that of its 5 peers" in fault.reading
    assert fault.reading.endswith("1/sqrt(12) not applied")


def test_twice_the_variance_is_found_and_has_no_other_name():
    torch.manual_seed(0)
    (fault,) = check(stack(SIZE, SIZE, math.sqrt(2) * SIZE, SIZE, SIZE)).faults
    assert fault.name == "2.down.weight"
    assert 1.3 < float(fault.reading.split()[2]) < 1.5
    assert "applied" not in fault.reading


@pytest.mark.parametrize("seed", range(8))
def test_blocks_alike_are_no_fault_and_two_sizes_of_equal_number_are_not_judged(seed):
    torch.manual_seed(seed)
    assert check(stack(*[SIZE] * 6)).is_right
    assert check(stack(*[SIZE] * 3, *[0.7 * SIZE] * 3)).is_right
