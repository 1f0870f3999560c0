"""Deep learning you can see through."""

from gradus.base.platform import prepare as _prepare

_prepare()
