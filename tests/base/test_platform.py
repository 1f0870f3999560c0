"""JAX is set up before its backend starts, and what it compiles gives the right numbers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus.base import platform

OURS = ["XLA_FLAGS", "JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"]


def run(code, **environment):
    """What `code` prints as JSON, run by a fresh Python in an environment that is not set up."""
    clean = {k: v for k, v in os.environ.items() if k not in [*OURS, "GRADUS_CACHE"]}
    out = subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(out.stdout)


SETTINGS = """
import json, os
{imports}
flags = os.environ.get("XLA_FLAGS", "").split()
seen = jax.config.jax_compilation_cache_dir
print(json.dumps([flags, seen, jax.config.jax_persistent_cache_min_compile_time_secs]))
"""
FLAGS = ["--xla_cpu_experimental_ynn_fusion_type=", "--xla_cpu_prefer_vector_width=512"]


@pytest.mark.parametrize("imports", ["import gradus, jax", "import jax, gradus"])
def test_jax_is_set_up_whoever_is_imported_first(imports, tmp_path):
    result = run(SETTINGS.format(imports=imports), GRADUS_CACHE=str(tmp_path))
    assert result == [FLAGS, str(tmp_path / "programs"), 0.0]


def test_flags_reach_the_compiler_after_jax_was_imported(tmp_path):
    code = f"""
import jax, json, os
from gradus.base import platform
platform.CPU_FLAGS["xla_dump_to"] = {str(tmp_path)!r}
platform.prepare()
jax.jit(lambda x: x + 1)(1.0)
print(json.dumps(len(os.listdir({str(tmp_path)!r}))))
"""
    assert run(code, GRADUS_CACHE="off") > 0


def test_what_the_user_chose_is_left_alone():
    flags, folder, seconds = run(
        SETTINGS.format(imports="import jax, gradus"),
        XLA_FLAGS="--xla_cpu_prefer_vector_width=256 --xla_cpu_enable_fast_math=false",
        JAX_COMPILATION_CACHE_DIR="/tmp/mine",
        JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="3",
    )
    assert flags == [
        "--xla_cpu_prefer_vector_width=256",
        "--xla_cpu_enable_fast_math=false",
        "--xla_cpu_experimental_ynn_fusion_type=",
    ]
    assert (folder, seconds) == ("/tmp/mine", 3.0)


@pytest.mark.parametrize("off", ["off", "OFF"])
def test_the_cache_can_be_switched_off(off):
    flags, folder, seconds = run(SETTINGS.format(imports="import gradus, jax"), GRADUS_CACHE=off)
    assert flags == FLAGS
    assert folder is None
    assert seconds == 1.0  # JAX's own


def test_a_second_process_takes_the_program_from_the_cache(tmp_path):
    code = """
import gradus, jax, jax.numpy as jnp, json
hits = []
jax.monitoring.register_event_listener(lambda name, **_: hits.append(name))
jax.jit(lambda x: jnp.sin(x) @ x.T)(jnp.ones((3, 5))).block_until_ready()
print(json.dumps(sum(name == "/jax/compilation_cache/cache_hits" for name in hits)))
"""
    first, second = (run(code, GRADUS_CACHE=str(tmp_path)) for _ in range(2))
    assert first < second
    assert list((tmp_path / "programs").iterdir())


FOLDERS = {
    "chosen": ("linux", {"GRADUS_CACHE": "/chosen"}, Path("/chosen")),
    "home is understood": ("linux", {"GRADUS_CACHE": "~/c"}, Path.home() / "c"),
    "Linux": ("linux", {}, Path.home() / ".cache" / "gradus"),
    "Linux, by XDG": ("linux", {"XDG_CACHE_HOME": "/xdg"}, Path("/xdg/gradus")),
    "off": ("linux", {"GRADUS_CACHE": "off"}, Path.home() / ".cache" / "gradus"),
    "macOS": ("darwin", {}, Path.home() / "Library" / "Caches" / "gradus"),
    "Windows": ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/gradus")),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_the_folder_of_the_cache(case, monkeypatch):
    system, environment, folder = FOLDERS[case]
    for name in ("GRADUS_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    assert platform.cache_folder() == folder


# Compiled programs must give the numbers that NumPy finds step by step in double precision:
# fused code has been wrong on awkward shapes before.
SHAPES = [(1, 1), (3, 7), (17, 129), (1, 513)]
ROWS = 5


def layer(w, x, b):
    """An affine map with a rectifier, squared and averaged: a product, a sum and reductions."""
    h = jnp.maximum(x @ w + b[None, :], 0)
    return jnp.mean(jnp.square(h)) + jnp.mean(jax.nn.logsumexp(h, axis=-1))


def gradient_by_hand(w, x, b):
    """The gradient of `layer`: its chain rule written out."""
    z = x @ w + b
    h = np.maximum(z, 0)
    softmax = np.exp(h) / np.exp(h).sum(-1, keepdims=True)
    dz = (2 * h / h.size + softmax / len(x)) * (z > 0)
    return x.T @ dz, dz @ w.T, dz.sum(0)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_compiled_gradients_are_right_on_awkward_shapes(shape):
    random = np.random.default_rng(7)
    w, x, b = (random.normal(size=s) for s in (shape, (ROWS, shape[0]), shape[1:]))
    w, x, b = (a.astype(np.float32) for a in (w / np.sqrt(shape[0]), x, b))
    compiled = jax.jit(jax.grad(layer, argnums=(0, 1, 2)))(w, x, b)
    exact = gradient_by_hand(*(a.astype(np.float64) for a in (w, x, b)))
    for ours, reference in zip(compiled, exact, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=1e-5, atol=1e-6 * abs(reference).max())


REDUCTIONS = ("sum", "mean", "var", "max", "min", "prod")


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_compiled_reductions_are_right_on_awkward_shapes(shape):
    a = np.random.default_rng(3).uniform(0.5, 1.5, shape).astype(np.float32)
    every = [(name, axis) for name in REDUCTIONS for axis in (0, 1, None)]
    compiled = jax.jit(lambda a: [getattr(jnp, name)(a, axis=axis) for name, axis in every])(a)
    for (name, axis), ours in zip(every, compiled, strict=True):
        exact = getattr(np, name)(a.astype(np.float64), axis=axis)
        np.testing.assert_allclose(ours, exact, rtol=2e-5, atol=1e-6, err_msg=f"{name} {axis}")
