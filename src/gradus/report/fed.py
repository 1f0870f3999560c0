"""The part of the page about the images that a net learns from."""

from __future__ import annotations

import numpy as np

from gradus.report.html import Markup, element, section
from gradus.report.pictures import as_pictures, gallery


def what_the_net_is_fed(fed: np.ndarray | None) -> Markup:
    """Some images and, beside each, what training makes of it.

    Arguments:
        fed: images and their altered copies, shape (B, 1 + copies, H, W, C); None for none.
    """
    pictures = None if fed is None else as_pictures(fed.reshape(-1, *fed.shape[2:]))
    if fed is None or pictures is None:
        return Markup()
    copies = fed.shape[1] - 1
    words = "Images as they are."
    if copies:
        words = f"Each image as it is, then {copies} of the altered copies that training makes."
    captions = (["as it is"] + ["altered"] * copies if copies else [""]) * len(fed)
    return section("What the net is fed", element("p", words), gallery(pictures, captions, "Image"))
