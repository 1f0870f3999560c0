"""Floor 2: images altered at random while they are learned from."""

from gradus.augment.crop import crop, flip
from gradus.augment.light import brightness, contrast, cutout
from gradus.augment.mixup import mixup
from gradus.augment.transform import Transform, altered, examples
from gradus.augment.views import views
from gradus.augment.warp import rotate, scale, warp

__all__ = [
    "Transform",
    "altered",
    "brightness",
    "contrast",
    "crop",
    "cutout",
    "examples",
    "flip",
    "mixup",
    "rotate",
    "scale",
    "views",
    "warp",
]
