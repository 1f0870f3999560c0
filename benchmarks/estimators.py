"""Our estimators beside scikit-learn's nets: `python -m benchmarks.estimators [--rounds 3]`.

The same net, batches, rates and epochs, in three uses: one fit in a new process without any cache,
compilation included; one more fit of the same problem; and a grid of six candidates by three
folds. Scores are those of the grid's best candidate in cross-validation.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

PEERS = ("gradus", "scikit-learn")
TABLES = ("wine", "breast_cancer", "diabetes", "digits")
EPOCHS, BATCH, RATE, HIDDEN = 50, 32, 3e-3, (64,)


def estimator(peer: str, classifies: bool):
    """The net of a peer."""
    if peer == "gradus":
        from gradus.estimators import Classifier, Regressor

        kind = Classifier if classifies else Regressor
        return kind(HIDDEN, epochs=EPOCHS, batch_size=BATCH, learning_rate=RATE, random_state=0)
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler

    net = (MLPClassifier if classifies else MLPRegressor)(
        hidden_layer_sizes=HIDDEN,
        alpha=0.0,
        batch_size=BATCH,
        learning_rate_init=RATE,
        max_iter=EPOCHS,
        n_iter_no_change=EPOCHS,
        random_state=0,
    )
    if classifies:
        return net
    return TransformedTargetRegressor(regressor=net, transformer=StandardScaler())


def grid(peer: str, classifies: bool) -> dict[str, list]:
    """Six candidates, by the names a peer has for them."""
    if peer == "gradus":
        return {"learning_rate": [1e-3, 3e-3, 1e-2], "hidden_units": [(32,), (64,)]}
    before = "" if classifies else "regressor__"
    return {
        f"{before}learning_rate_init": [1e-3, 3e-3, 1e-2],
        f"{before}hidden_layer_sizes": [(32,), (64,)],
    }


def measure(peer: str, table: str) -> dict[str, float]:
    """Seconds of each use, and the score, in this process."""
    from sklearn import datasets
    from sklearn.model_selection import GridSearchCV
    from sklearn.preprocessing import StandardScaler

    warnings.simplefilter("ignore")
    x, y = getattr(datasets, f"load_{table}")(return_X_y=True)
    x, classifies = StandardScaler().fit_transform(x), table != "diabetes"
    net = estimator(peer, classifies)
    search = GridSearchCV(net, grid(peer, classifies), cv=3)
    found = {
        "first fit": seconds(lambda: net.fit(x, y)),
        "another fit": seconds(lambda: net.fit(x, y)),
        "grid of 18 fits": seconds(lambda: search.fit(x, y)),
    }
    return found | {"score": float(search.best_score_)}


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ask(peer: str, table: str) -> dict[str, float]:
    """What a process of its own measures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.estimators", "--measure", peer, table],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GRADUS_CACHE": "off"},
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Give everybody a turn in every round, and print medians and ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimators")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("PEER", "TABLE"))
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(*given.measure)))
        return
    for table in TABLES:
        rounds = [[ask(peer, table) for peer in PEERS] for _ in range(given.rounds)]
        print(f"\n{table:18}" + "".join(f"{peer:>14}" for peer in PEERS) + f"{'ratio':>9}")
        for use in rounds[0][0]:
            ours, theirs = (statistics.median(r[i][use] for r in rounds) for i in (0, 1))
            print(f"{use:18}{ours:14.3f}{theirs:14.3f}{theirs / ours:8.1f}×")


if __name__ == "__main__":
    main()
