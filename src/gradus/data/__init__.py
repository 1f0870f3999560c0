"""Floor 1: tables and arrays on their way to a batch."""

from gradus.data.batch import Batch
from gradus.data.catalog import datasets, load
from gradus.data.checks import check_arrays
from gradus.data.dataset import Dataset, Parts, read_arrays
from gradus.data.frames import as_table
from gradus.data.idx import read_idx
from gradus.data.image_sets import read_image_files, read_images, stream_images
from gradus.data.images import ImagePreprocessor, PixelPreprocessor
from gradus.data.inference import infer_kind, infer_target_kind
from gradus.data.mackey_glass import mackey_glass
from gradus.data.padding import padded, stacked
from gradus.data.preprocess import Preprocessor
from gradus.data.scaling import PCA, Scale, Scaling, Standardize
from gradus.data.series.period import period_of
from gradus.data.series.preprocess import SeriesPreprocessor
from gradus.data.series.rhythm import Rhythm
from gradus.data.series.windows import split_windows, windows
from gradus.data.sound.spectrogram import log_mel
from gradus.data.sound.wav import Sound, read_wav
from gradus.data.splits import Fold, Split, bootstrap, k_folds, leave_one_out, split
from gradus.data.stream import Chunk, Stream
from gradus.data.tables import has_header, read_table
from gradus.data.targets import ClassTarget, CountTarget, NumberTarget, Target, fit_target
from gradus.data.tasks import adding_problem, copy_task, delayed_recall
from gradus.data.terms import Polynomial
from gradus.data.text.characters import Characters
from gradus.data.text.language import LanguagePreprocessor
from gradus.data.text.next_tokens import NextTokens, next_tokens, passages
from gradus.data.text.ngrams import NGrams
from gradus.data.text.preprocess import TextPreprocessor
from gradus.data.text.reading import read_text
from gradus.data.text.subwords import Subwords
from gradus.data.text.vectors import WordVectors, read_vectors
from gradus.data.text.words import Words

__all__ = [
    "PCA",
    "Batch",
    "Characters",
    "Chunk",
    "ClassTarget",
    "CountTarget",
    "Dataset",
    "Fold",
    "ImagePreprocessor",
    "LanguagePreprocessor",
    "NGrams",
    "NextTokens",
    "NumberTarget",
    "Parts",
    "PixelPreprocessor",
    "Polynomial",
    "Preprocessor",
    "Rhythm",
    "Scale",
    "Scaling",
    "SeriesPreprocessor",
    "Sound",
    "Split",
    "Standardize",
    "Stream",
    "Subwords",
    "Target",
    "TextPreprocessor",
    "WordVectors",
    "Words",
    "adding_problem",
    "as_table",
    "bootstrap",
    "check_arrays",
    "copy_task",
    "datasets",
    "delayed_recall",
    "fit_target",
    "has_header",
    "infer_kind",
    "infer_target_kind",
    "k_folds",
    "leave_one_out",
    "load",
    "log_mel",
    "mackey_glass",
    "next_tokens",
    "padded",
    "passages",
    "period_of",
    "read_arrays",
    "read_idx",
    "read_image_files",
    "read_images",
    "read_table",
    "read_text",
    "read_vectors",
    "read_wav",
    "split",
    "split_windows",
    "stacked",
    "stream_images",
    "windows",
]
