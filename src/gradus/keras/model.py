"""Models with their verbs: compile, fit, evaluate, predict, save."""

from __future__ import annotations

from typing import Any

from gradus.base.errors import InputError
from gradus.keras import inference, missing, optimizers, saving, training
from gradus.keras.arguments import checked
from gradus.keras.callback import History, line
from gradus.keras.goal import Goal
from gradus.keras.network import Network, one_or_list


class Model(Network):
    """A model from symbols of its inputs to symbols of its outputs.

    Arguments:
        inputs: one `Input`, or a list of several.
        outputs: what layers gave for them, one or a list.
        name: for people to read.

    >>> from gradus.keras import layers
    >>> x = layers.Input((3,))
    >>> y = layers.Dense(1)(layers.Dense(4, activation="relu")(x))
    >>> model = Model(x, y)
    >>> model.count_params()
    21

    Subclasses with a `call` of their own are not supported: write a `gradus.nn.Layer`.
    """

    @checked
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: None = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say what is to be learned and how.

        Arguments:
            optimizer: an optimiser of `keras.optimizers`, or its name.
            loss: a loss of `keras.losses`, its name, or a function of targets and predictions;
                one for each output as a list or a dict.
            loss_weights: how much each output's loss counts, as a list or a dict.
            metrics: what is measured besides: names, metrics or functions.
            steps_per_execution, jit_compile, auto_scale_loss: of no effect; a run is one program.
        """
        if weighted_metrics is not None or run_eagerly:
            raise InputError(
                f"{self.name}.compile",
                expected="no weighted_metrics, and run_eagerly=False",
                got=f"weighted_metrics={weighted_metrics!r}, run_eagerly={run_eagerly!r}",
                fix="leave them out; evaluate(…, sample_weight=…) weights the loss",
            )
        self.optimizer, self.optimizer_state = optimizers.get(optimizer), None
        self.goal = Goal(loss, loss_weights, metrics)

    @checked
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> History:
        """Learn from examples for some epochs, and go on where the last call ended.

        Arguments:
            x: inputs: an array, a list of several or a dict by name; or a generator of batches.
            y: targets, in the same forms.
            batch_size: examples per step, 32 if nothing is said.
            epochs: the number of the last epoch.
            verbose: 0 is silent; otherwise every epoch prints a line.
            callbacks: who is told about every epoch, see `keras.callbacks`.
            validation_split: the share of examples, the last ones, to validate on.
            validation_data: (x, y) or (x, y, sample_weight) to validate on, or a generator.
            shuffle: whether every epoch has another order.
            class_weight: how much examples of each class count.
            sample_weight: how much each example counts.
            initial_epoch: how many epochs are behind, for the numbers in callbacks.
            steps_per_epoch, validation_steps: how many batches of a generator make an epoch.
            validation_batch_size: of no effect: validation does not depend on it.
            validation_freq: only 1.

        Gives the history: `history.history["loss"]` has a number for every epoch.
        """
        given = training.Fit(
            epochs=epochs,
            batch_size=batch_size,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            sample_weight=sample_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_freq=validation_freq,
        )
        return training.fit(self, x, y, given)

    @checked
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: None = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss of examples and the metrics, as a list or by their names.

        Arguments:
            x, y, sample_weight: as for `fit`.
            verbose: 0 is silent.
            return_dict: names and numbers, instead of the numbers alone.
            batch_size, callbacks: of no effect.
            steps: how many batches of a generator to take.
        """
        logs = inference.evaluate(self, x, y, sample_weight, steps)
        if verbose:
            print(line(logs))
        return logs if return_dict else one_or_list(list(logs.values()))

    @checked
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: None = None,
    ) -> Any:
        """The outputs for inputs, as a NumPy array, or a list of several.

        Arguments:
            x: inputs, in the forms that `fit` takes.
            batch_size, verbose, callbacks: of no effect.
            steps: how many batches of a generator to take.
        """
        return inference.predict(self, x, steps)

    @checked
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One step of learning from a batch; gives the loss and the metrics before it."""
        logs = training.one_step(self, x, y, sample_weight, class_weight)
        return logs if return_dict else one_or_list(list(logs.values()))

    @checked
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """The loss and the metrics of a batch."""
        logs = inference.evaluate(self, x, y, sample_weight, None)
        return logs if return_dict else one_or_list(list(logs.values()))

    def __getattr__(self, name: str) -> Any:
        raise missing.attribute_refusal("Model", f"model {type(self).__name__}", name)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for a batch."""
        return inference.predict(self, x, None)

    def save(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the model with its weights, and what it was compiled for, to one file."""
        saving.save_model(self, filepath, overwrite)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights alone."""
        saving.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: Any) -> None:
        """Read weights that `save_weights` or `save` wrote for the same layers."""
        saving.load_weights(self, filepath)
