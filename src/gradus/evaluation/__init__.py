"""Floor 5: what a model, or a way of learning, is worth on examples it has not learned from."""

from gradus.evaluation.assessment import Assessment, assess
from gradus.evaluation.comparison import Comparison, Pair, compare
from gradus.evaluation.cross_validation import CrossValidation, evaluate
from gradus.evaluation.curves import Curve, capacity_curve, learning_curve
from gradus.evaluation.folds import Fold, divide
from gradus.evaluation.forecasts import Forecasts, assess_forecasts
from gradus.evaluation.memorizer import memorizer
from gradus.evaluation.memory import Memory, random_labels
from gradus.evaluation.regions import Regions, linear_regions
from gradus.evaluation.samples.copies import NearestTraining, nearest_training
from gradus.evaluation.samples.coverage import ModeCoverage, mode_coverage
from gradus.evaluation.samples.frechet import frechet_distance
from gradus.evaluation.samples.two_sample import TwoSample, two_sample
from gradus.evaluation.scores import Scores

__all__ = [
    "Assessment",
    "Comparison",
    "CrossValidation",
    "Curve",
    "Fold",
    "Forecasts",
    "Memory",
    "ModeCoverage",
    "NearestTraining",
    "Pair",
    "Regions",
    "Scores",
    "TwoSample",
    "assess",
    "assess_forecasts",
    "capacity_curve",
    "compare",
    "divide",
    "evaluate",
    "frechet_distance",
    "learning_curve",
    "linear_regions",
    "memorizer",
    "mode_coverage",
    "nearest_training",
    "random_labels",
    "two_sample",
]
