"""Floor 3: looking inside a trained model: what its layers show, and what its outputs rest on."""

from gradus.insight.activations import activations
from gradus.insight.attention import attention_maps
from gradus.insight.codes import embedding, nearest
from gradus.insight.filters import Filters, first_filters
from gradus.insight.gradients import integrated_gradients, saliency
from gradus.insight.lags import ByLag, gradient_by_lag
from gradus.insight.maximise import maximise
from gradus.insight.occlusion import occlusion
from gradus.insight.tokens import token_occlusion
from gradus.insight.units import SeparatingUnit, separating_unit
from gradus.insight.weightings import weightings

__all__ = [
    "ByLag",
    "Filters",
    "SeparatingUnit",
    "activations",
    "attention_maps",
    "embedding",
    "first_filters",
    "gradient_by_lag",
    "integrated_gradients",
    "maximise",
    "nearest",
    "occlusion",
    "saliency",
    "separating_unit",
    "token_occlusion",
    "weightings",
]
