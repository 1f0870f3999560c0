"""Floor 2: banks of filters that are written down, drawn at random, or learned without labels."""

from gradus.filters.bank import conv, random
from gradus.filters.blur import box_blur, gaussian_blur, sharpen
from gradus.filters.codebook import Codebook
from gradus.filters.differences import edges, kirsch, prewitt, sobel
from gradus.filters.kmeans import kmeans_patches
from gradus.filters.scattering import Scattering
from gradus.filters.wavelets import gabor

__all__ = [
    "Codebook",
    "Scattering",
    "box_blur",
    "conv",
    "edges",
    "gabor",
    "gaussian_blur",
    "kirsch",
    "kmeans_patches",
    "prewitt",
    "random",
    "sharpen",
    "sobel",
]
