"""Floor 2: measures for people; arrays in, numbers out. `_score` is better high, `_error`,
`_loss` and `_rate` of mistakes are better low."""

from gradus.metrics.classification import (
    accuracy_score,
    classification,
    confusion_matrix,
    error_rate,
    f1_score,
    false_negative_rate,
    false_positive_rate,
    precision_score,
    recall_score,
    specificity_score,
)
from gradus.metrics.probability import (
    auc_score,
    calibration_curve,
    log_loss,
    perplexity,
    roc_curve,
)
from gradus.metrics.regression import (
    mean_absolute_error,
    mean_squared_error,
    median_absolute_error,
    psnr_score,
    r2_score,
    regression,
    root_mean_squared_error,
)
from gradus.metrics.translation import bleu_score

__all__ = [
    "accuracy_score",
    "auc_score",
    "bleu_score",
    "calibration_curve",
    "classification",
    "confusion_matrix",
    "error_rate",
    "f1_score",
    "false_negative_rate",
    "false_positive_rate",
    "log_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "median_absolute_error",
    "perplexity",
    "precision_score",
    "psnr_score",
    "r2_score",
    "recall_score",
    "regression",
    "roc_curve",
    "root_mean_squared_error",
    "specificity_score",
]
