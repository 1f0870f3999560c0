"""Floor 5: what a model, or a way of learning, is worth on examples it has not learned from."""

from gradus.evaluation.assessment import Assessment, assess

__all__ = ["Assessment", "assess"]
