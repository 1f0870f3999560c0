"""The house keeps its own rules: floors, sizes, documented names, a light front door."""

import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import architecture
import pytest

import gradus
from gradus import nn, penalties

PACKAGE = Path(gradus.__file__).parent
MODULES = architecture.read(PACKAGE)
CHECKS = [
    architecture.upward_imports,
    architecture.import_cycles,
    architecture.long_files,
    architecture.long_functions,
    architecture.lost_updates,
    architecture.code_from_data,
    architecture.unfinished,
]
HEAVY = ["jax", "equinox", "optax", "numpy", "sklearn", "polars", "pandas", "vl_convert"]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_package_keeps_the_rule(check):
    assert check(MODULES) == []


# Every rule is planted with a fault that it must find: (files, check, what the finding names).
FAULTS = {
    "upward import": (
        {"nn/__init__.py": "from fake.training.fit import fit\n", "training/fit.py": "fit = 1\n"},
        architecture.upward_imports,
        "fake.nn:1 (floor 2) imports fake.training.fit (4)",
    ),
    "upward import inside a function": (
        {"base/a.py": "def f():\n    from fake import nn\n", "nn/__init__.py": ""},
        architecture.upward_imports,
        "fake.base.a:2 (floor 0) imports fake.nn (2)",
    ),
    "relative upward import": (
        {"base/a.py": "from ..nn import layer\n", "nn/layer.py": ""},
        architecture.upward_imports,
        "fake.base.a:1 (floor 0) imports fake.nn.layer (2)",
    ),
    "import of the front door": (
        {"nn/a.py": "from fake import fit\n"},
        architecture.upward_imports,
        "fake.nn.a:1 (floor 2) imports fake (6)",
    ),
    "room without a floor": (
        {"attic/a.py": ""},
        architecture.upward_imports,
        "fake.attic.a: its room has no floor",
    ),
    "cycle of two": (
        {"nn/a.py": "from fake.nn.b import B\n", "nn/b.py": "import fake.nn.a\n"},
        architecture.import_cycles,
        "fake.nn.a → fake.nn.b → fake.nn.a",
    ),
    "cycle through a room's own door": (
        {"nn/__init__.py": "from fake.nn.a import A\n", "nn/a.py": "from fake.nn import B\n"},
        architecture.import_cycles,
        "fake.nn → fake.nn.a → fake.nn",
    ),
    "long file": (
        {"nn/a.py": "x = 1\n" * 401},
        architecture.long_files,
        "fake.nn.a: 401 lines",
    ),
    "long function": (
        {"nn/a.py": 'def f():\n    """One\n    two."""\n' + "    x = 1\n" * 60},
        architecture.long_functions,
        "fake.nn.a:1 f: 61 lines",
    ),
    "lost update": (
        {"nn/a.py": "def f(x):\n    x.at[0].set(1)\n    return x\n"},
        architecture.lost_updates,
        "fake.nn.a:2 x.at[0].set(1)",
    ),
    "pickle": (
        {"nn/a.py": "def f():\n    import pickle\n"},
        architecture.code_from_data,
        "fake.nn.a:2 pickle",
    ),
    "eval": (
        {"nn/a.py": "x = eval('1')\n"},
        architecture.code_from_data,
        "fake.nn.a:1 eval",
    ),
    "pickled arrays": (
        {"nn/a.py": "x = np.load('a', allow_pickle=True)\n"},
        architecture.code_from_data,
        "fake.nn.a:1 allow_pickle",
    ),
    "unfinished": (
        {"nn/a.py": "x = 1\n# TO" + "DO: more\n"},
        architecture.unfinished,
        "fake.nn.a:2 # TO" + "DO: more",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault, tmp_path):
    files, check, finding = FAULTS[fault]
    assert check(fake_package(tmp_path, files)) == [finding]


def test_a_good_package_has_no_findings(tmp_path):
    files = {
        "base/a.py": "x = 1\n",
        "nn/__init__.py": "from fake.nn.layer import Layer\n",
        "nn/layer.py": (
            "from typing import TYPE_CHECKING\n"
            "from fake.base.a import x\n"
            "if TYPE_CHECKING:\n"
            "    from fake.nn.shape import y\n"
            "def f(x):\n"
            "    from fake.nn.shape import y\n"
            "    return x.at[0].set(y)\n"
        ),
        "nn/shape.py": "from fake.nn.layer import Layer\ny = 1\n",
    }
    modules = fake_package(tmp_path, files)
    assert [check(modules) for check in CHECKS] == [[]] * len(CHECKS)


def fake_package(folder, files):
    """A package named `fake` in `folder`, read."""
    for name, source in {"__init__.py": "", **files}.items():
        path = folder / "fake" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return architecture.read(folder / "fake")


def public_things():
    """Every public function and class, by its full name."""
    rooms = [importlib.import_module(f"gradus.{room}") for room in (*gradus.ROOMS, "training")]
    things = {f"{room.__name__}.{n}": getattr(room, n) for room in rooms for n in room.__all__}
    return {name: thing for name, thing in things.items() if is_definition(thing)}


def test_every_public_name_says_what_it_is():
    assert [name for name, thing in public_things().items() if not own_doc(thing)] == []


# What has no example of its own, and where one is to be seen.
SHOWN_ELSEWHERE = {
    "by those that are made from it": """
        data.Scaling data.Target keras.Layer learn.Algorithm likelihoods.Likelihood models.Latent
        nn.Initializer nn.Layer
        optim.Schedule penalties.Penalty tuning.Range""",
    "by the function that gives it": """
        calculus.Accumulation calculus.Comparison calculus.CriticalPoint calculus.Curvature
        calculus.Derivative calculus.Finding calculus.GradientCheck calculus.ThroughTime
        keras.KerasTensor
        data.NextTokens insight.SeparatingUnit models.NGram
        data.Chunk data.CountTarget data.Fold data.Parts data.Split evaluation.Assessment
        evaluation.Comparison evaluation.CrossValidation evaluation.Curve evaluation.Fold
        evaluation.Memory evaluation.Pair evaluation.Regions nn.Frozen nn.Summary
        optim.OptimizerState penalties.ActivityPenalty penalties.MaxNorm
        penalties.SparsityPenalty penalties.WeightPenalty training.Plan training.RateRange
        robust.Attack robust.RobustnessCurve training.Run training.Runs tuning.Search
        tuning.Trial""",
    "by the function that takes it": """
        data.Batch nn.Forward nn.as_layer nn.chain training.Reach training.divided
        training.folds training.leave_one_out training.resamples training.seeds training.vary""",
    "by the function that undoes it": "data.read_arrays training.load",
}


def test_every_public_name_shows_an_example():
    """Elementwise functions and initialisers are their formula."""
    formulas = {*nn.ACTIVATIONS.values(), penalties.absolute, penalties.half_square}
    fills = {thing for thing in vars(nn).values() if is_a(thing, nn.Initializer)}
    silent = {
        name.removeprefix("gradus.")
        for name, thing in public_things().items()
        if ">>>" not in own_doc(thing) and thing not in formulas | fills
    }
    assert silent - set(" ".join(SHOWN_ELSEWHERE.values()).split()) == set()


def is_definition(thing):
    """Whether a thing is a class or a function."""
    return inspect.isclass(thing) or inspect.isroutine(thing)


def is_a(thing, base):
    """Whether a thing is a class below another."""
    return inspect.isclass(thing) and issubclass(thing, base) and thing is not base


def own_doc(thing):
    """The docstring of a thing itself, not the one a class inherits or a dataclass makes up."""
    text = (vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__) or ""
    return "" if text.startswith(f"{getattr(thing, '__name__', '')}(") else text


@pytest.mark.parametrize("module", ["gradus", "gradus.cli.main"])
def test_importing_is_light(module):
    code = f"import {module}, sys, json; print(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert sorted(set(json.loads(out.stdout)) & set(HEAVY)) == []
