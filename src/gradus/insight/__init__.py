"""Floor 3: looking inside a trained model: what its layers show, and what its outputs rest on."""

from gradus.insight.activations import activations
from gradus.insight.codes import embedding, nearest
from gradus.insight.filters import Filters, first_filters
from gradus.insight.gradients import integrated_gradients, saliency
from gradus.insight.maximise import maximise
from gradus.insight.occlusion import occlusion

__all__ = [
    "Filters",
    "activations",
    "embedding",
    "first_filters",
    "integrated_gradients",
    "maximise",
    "nearest",
    "occlusion",
    "saliency",
]
