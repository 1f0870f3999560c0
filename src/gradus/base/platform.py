"""Set up JAX before its backend starts: safe and fast CPU code, and a cache of compiled programs.

Nothing here imports JAX, and what the user has set in the environment is left alone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# YNNPACK fusion is reported to return wrong values on CPU (jax issue 39103) and gains nothing
# here; 512-bit vectors gain 5-8 % where the processor has them and are ignored elsewhere.
CPU_FLAGS = {
    "xla_cpu_experimental_ynn_fusion_type": "",
    "xla_cpu_prefer_vector_width": "512",
}


def prepare() -> None:
    """Choose XLA's flags and switch the persistent compilation cache on.

    Works before or after `import jax`, as long as no computation has run yet. Programs are
    kept in `cache_folder()`; `GRADUS_CACHE=off` switches the cache off.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    missing = [f"--{name}={value}" for name, value in CPU_FLAGS.items() if name not in flags]
    os.environ["XLA_FLAGS"] = " ".join(filter(None, [flags, *missing]))
    if os.environ.get("GRADUS_CACHE", "").lower() != "off":
        _set_option("jax_compilation_cache_dir", str(cache_folder() / "programs"))
        _set_option("jax_persistent_cache_min_compile_time_secs", 0.0)


def cache_folder() -> Path:
    """The folder for compiled programs and downloads: `GRADUS_CACHE`, or the system's own."""
    chosen = os.environ.get("GRADUS_CACHE", "")
    if chosen and chosen.lower() != "off":
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return home / "gradus"


def _set_option(name: str, value: str | float) -> None:
    """Set one JAX option in the environment, and in JAX itself where it is imported already."""
    if name.upper() in os.environ:
        return
    os.environ[name.upper()] = str(value)
    if "jax" in sys.modules:
        sys.modules["jax"].config.update(name, value)
