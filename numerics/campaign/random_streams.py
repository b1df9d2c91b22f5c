r"""Random streams addressed by name: ``stream(root_seed, *key)`` is the same sequence whoever asks, in whatever order.

A campaign cuts its samples into shards and gives shard ``(claim, case, index)`` the stream of that very key. Nothing is
handed from one shard to the next, so the bits do not depend on the number of workers, on the scheduler, or on how often
the run was killed.

Convention
----------
The key is turned into 256 bits by SHA-256 of an encoding that tells every key from every other, and these bits are the
``spawn_key`` of NumPy's ``SeedSequence`` [1]_. Python's own ``hash`` is salted anew in each process and would not do; a
bare tuple of integers would not do either, because ``SeedSequence`` cuts integers into 32-bit words, so that the keys
``(2**32,)`` and ``(0, 1)`` would name one stream.

The generator is PCG64DXSM [2]_, which NumPy recommends for many parallel streams: every stream has a state and an
increment of its own, drawn from a pool of 256 bits, so that an overlap among even 2**64 streams is out of the question.
The counter-based Philox, the other candidate, has no statistical advantage here and took 1.3 times as long per normal
deviate and twice as long to set up (NumPy 2.4, one machine).

References
----------
.. [1] M. E. O'Neill, "Developing a seed_seq alternative", 2015; NumPy reference, "Parallel random number generation".
.. [2] M. E. O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms for random number
   generation", Harvey Mudd College HMC-CS-2014-0905, 2014 (the DXSM output function is of 2019).
"""

from __future__ import annotations

import hashlib
import json

import numpy as np


def stream(root_seed: int, *key: int | str) -> np.random.Generator:
    """Return the random generator that belongs to a key below a root seed.

    Parameters
    ----------
    root_seed : int
        Non-negative integer of any size; the one seed of a whole run.
    *key : int or str
        The address of the stream, for instance ``claim, case, index``. Integers may be negative; ``1`` and ``"1"``
        are two addresses.

    Returns
    -------
    numpy.random.Generator
        A fresh generator at the beginning of its stream.

    Raises
    ------
    TypeError
        When the root seed is not an integer, or a part of the key neither an integer nor text.
    ValueError
        When the root seed is negative.

    Notes
    -----
    **Accuracy**: the raw bits depend on the seed and key alone. The numbers that NumPy makes of them may change with
    NumPy's version, which is why stored results carry it.

    Examples
    --------
    The address decides, not the order of asking:

    >>> first = stream(7, "A7", "relu", 3).standard_normal(4)
    >>> _ = stream(7, "A7", "relu", 2).standard_normal(4)
    >>> bool((first == stream(7, "A7", "relu", 3).standard_normal(4)).all())
    True
    """
    return np.random.Generator(np.random.PCG64DXSM(_seed_sequence(root_seed, key)))


def check_root_seed(function: str, root_seed: object) -> int:
    """Return ``root_seed`` as an ``int``, or raise in the name of ``function``.

    Parameters
    ----------
    function : str
        Name that the message gives to the caller.
    root_seed : object
        What should be a non-negative integer.

    Returns
    -------
    int
        The same number.

    Raises
    ------
    TypeError
        When it is not an integer (``True`` is not one).
    ValueError
        When it is negative.
    """
    if isinstance(root_seed, bool) or not isinstance(root_seed, (int, np.integer)):
        raise TypeError(f"{function} needs an integer seed (its bits name the streams), got root_seed={root_seed!r}.")
    if root_seed < 0:
        raise ValueError(f"{function} needs root_seed >= 0 (it is a string of bits), got root_seed={int(root_seed)}.")
    return int(root_seed)


def _seed_sequence(root_seed: int, key: tuple[int | str, ...]) -> np.random.SeedSequence:
    entropy = check_root_seed("stream", root_seed)
    for part in key:
        if isinstance(part, bool) or not isinstance(part, (int, np.integer, str)):
            raise TypeError(f"stream needs a key of integers and text (they are hashed exactly), got part={part!r}.")
    # JSON tells 1 from "1" and ["a", "b"] from ["ab"]: distinct keys are hashed from distinct texts.
    text = json.dumps([part if isinstance(part, str) else int(part) for part in key])
    words = np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype="<u4")
    return np.random.SeedSequence(entropy, spawn_key=tuple(int(word) for word in words), pool_size=8)
