"""German to English with and without attention: `python -m benchmarks.sequences.multi30k`.

Captions of photographs from the folder GRADUS_DATA: Multi30k, 29 000 pairs to learn from, 1 014 to
watch, and the 1 000 of test_2016_flickr, all of which are translated. Sentences longer than
`--longest` words are left out of learning. Two models that differ in attention alone learn in
turn; BLEU is that of words in small letters, punctuation apart, as `data.Words` splits them.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import time
from pathlib import Path

from gradus import data, fit, learn, models, optim
from gradus.metrics import bleu_score

MARKS = (0, 2, 3)  # padding, start and end


def sentences(part: str, language: str) -> list[str]:
    """The lines of one side of a part."""
    path = Path(os.environ["GRADUS_DATA"]) / "multi30k" / f"{part}.{language}.gz"
    return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=256)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--most", type=int, default=4000, help="words that are known per language")
    parser.add_argument("--longest", type=int, default=16, help="words of a sentence")
    parser.add_argument("--pairs", type=int, default=29_000, help="of these, in their order")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--attention", nargs="*", default=["multiplicative", "none"])
    given = parser.parse_args()
    print(given, platform.machine(), flush=True)
    for attention in given.attention:
        trial(given, None if attention == "none" else attention)


def trial(given: argparse.Namespace, attention: str | None) -> None:
    """Learn, translate the test part, and print what it is worth."""
    train = [sentences("train", language)[: given.pairs] for language in ("de", "en")]
    german, english = (data.Words.fit(texts, most=given.most, ends=True) for texts in train)
    x, y = german.encode(train[0]), english.encode(train[1])[:, 1:]
    short = ((x > 0).sum(axis=1) <= given.longest + 2) & ((y > 0).sum(axis=1) <= given.longest + 1)
    x, y = x[short, : given.longest + 2], y[short, : given.longest + 1]
    model = models.sequence_to_sequence(
        german.size,
        english.size,
        units=given.units,
        width=given.width,
        attention=attention,
        dropout=given.dropout,
    )
    rate = optim.cosine_decay(given.rate, steps=given.epochs * -(-len(x) // 128))
    algorithm = learn.sequence_to_sequence(model, optim.adam(rate))
    start, cpu = time.perf_counter(), time.process_time()
    run = fit(algorithm, (x, y), epochs=given.epochs, batch=128, seed=given.seed)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(
        f"attention {attention}: {len(x)} pairs, {run.status}; loss {run.history['loss'][-1]:.3f}"
    )
    print(f"  {seconds:.0f} s, {cpu:.0f} s of CPU time", flush=True)
    references = [english.tokens(text) for text in sentences("test_2016_flickr", "en")]
    source = german.encode(sentences("test_2016_flickr", "de"))
    for beams in (1, given.beams):
        written = run.model.generate(source, beams=beams, length=30)
        said = [[english.vocabulary[n] for n in row if n not in MARKS] for row in written]
        print(f"  BLEU {bleu_score(references, said):.1f} with {beams} lines", flush=True)
    for row in range(3):
        print("  ", " ".join(references[row]), "|", " ".join(said[row]), flush=True)


if __name__ == "__main__":
    main()
