"""What came of a run, judged by measured rules: diverged, no better than guessing, overfitting, or done.

The rules look at the validations, in this order; the first that holds is told.

*Diverged*: the newest loss is not a finite number.

*Worse than guessing*: the validation loss is above that of guessing, log(classes) for cross-entropy, by 5 %,
and the accuracy does not exceed that of guessing, 1 / classes, by more than chance explains; or the loss is
ten times that of guessing, whatever the accuracy; or the accuracy is lower than chance explains.

*Too few to tell*: there are so few validation images that even all of them right is no more than chance
explains.

*Like guessing*: the accuracy differs from 1 / classes by no more than chance explains, two standard errors
sqrt(p (1 - p) / images) of a share; without an accuracy, the loss is within 2 % of that of guessing.

*Overfits*: since the epoch with the lowest validation loss there have been two validations or more, each of
the last three among them at least 10 % (and 0.01) above the lowest, while the mean training loss of an epoch
has fallen.

*Too sure*: more is right than by guessing, but the validation loss is above that of guessing by 5 %, because
wrong answers are given with great certainty.

*Knows its own better*: in the last epoch the training images were right more often than the validation
images, by 5 points or more, and by more than chance explains.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Literal

import msgspec
import numpy as np

from networks.core.message import Message, message
from networks.runs.events import Failed
from networks.runs.gap import gap
from networks.runs.measures import (
    ACCURACY,
    LOSS,
    TRAINING_LOSS,
    VALIDATION_ACCURACY,
    VALIDATION_LOSS,
    Measure,
)
from networks.runs.record import Record
from networks.runs.waiting import in_all, waiting_words

Mark = Literal["running", "good", "stopped", "advice", "bad"]

ABOVE, FAR_ABOVE, NEAR = 1.05, 10.0, 0.98
"""Factors on the loss of guessing: from which on a loss is worse, by far worse, or hardly better."""
RISE, LEAST_RISE = 1.1, 0.01
"""How far above its lowest, as a factor and in itself, the validation loss of an overfitting run lies."""
WIDE = 0.05
"""By how much the accuracy of the training images is higher where the gap is worth a word."""
LAST = 3
"""How many of the last validations must agree on that."""


class Verdict(msgspec.Struct, frozen=True):
    """A judgement in two or three words for a table, and in full with its figures; `mark` says how bad."""

    mark: Mark
    word: Message
    sentence: Message
    finding: Message | None = None
    """What was found, without what else is known of the run's end; None where nothing is."""
    overfits: bool = False
    """Whether it knows its training images by heart, against which regularization helps."""
    brief: Message | None = None
    """The finding with its figures alone, without what to try; None where nothing was found."""
    remedy: Message | None = None
    """What to try, in the fewest words; None where nothing is to be, or a button of its own says it."""

    @property
    def forms(self) -> tuple[Message, ...]:
        """All that is to say, and the same in fewer and fewer words; what to try goes last."""
        both = None if self.brief is None or self.remedy is None else _joined(self.brief, self.remedy)
        return tuple(form for form in (self.sentence, self.finding, both, self.brief) if form is not None)


def verdict(record: Record) -> Verdict:
    """Judges a run by what its record holds."""
    ended = record.ended
    if ended is None:
        return Verdict("running", message("training"), message("The run is in progress."))
    if isinstance(ended, Failed):
        return Verdict("bad", message("failed"), ended.message)
    if ended.reason == "diverged":
        return Verdict("bad", message("diverged"), ended.message)
    found = next(filter(None, (rule(record) for rule in _RULES)), None)
    if found is not None:
        whole = _joined(ended.message, found.sentence)
        for fact in _waited(record):
            whole = _joined(whole, fact)
        return msgspec.structs.replace(found, sentence=whole, finding=found.sentence)
    finished, bests = ended.reason == "finished", tuple(_bests(record))
    sentence = reduce(_joined, (*bests, *_waited(record)), ended.message)
    word = message("done") if finished else message("stopped")
    return Verdict(
        "good" if finished else "stopped",
        message("interrupted") if ended.reason == "interrupted" else word,
        sentence,
        reduce(_joined, bests) if bests else None,
        brief=next(_brief_bests(record), None),
    )


def best_index(record: Record, measure: Measure) -> int:
    """Index of the best sample of a measure, the first of equals; -1 if there is none."""
    series, better = record.series(measure), measure.quantity.better
    if measure.name not in series or better is None:
        return -1
    values = series.values(measure.name)
    finite = np.isfinite(values)
    if not finite.any():
        return -1
    if better == "lower":
        return int(np.argmin(np.where(finite, values, np.inf)))
    return int(np.argmax(np.where(finite, values, -np.inf)))


def no_better_than_guessing(record: Record, measure: Measure, value: float) -> bool:
    """Whether a value of a measure, of any weights of a run, says no more than guessing would.

    False where it is not known what guessing gives.
    """
    guess = record.chance.get(measure.quantity.name)
    if guess is None:
        return False
    if not math.isfinite(value):
        return True
    if measure.quantity.better == "lower":
        return value >= NEAR * guess
    return value <= guess + _margin(record, guess)


# the rules


def _diverged(record: Record) -> Verdict | None:
    for measure in (TRAINING_LOSS, VALIDATION_LOSS):
        value = record.value(measure)
        if value is not None and not math.isfinite(value):
            sentence = message(
                "The {measure} became {value} in epoch {epoch}: try a lower learning rate, or gradient "
                "clipping.",
                measure=message(measure.name),
                value=LOSS.figure(value),
                epoch=max(1, math.ceil(float(record.series(measure).epoch[-1]))),
            )
            brief = message(
                "The {measure} became {value} in epoch {epoch}.",
                measure=message(measure.name),
                value=LOSS.figure(value),
                epoch=max(1, math.ceil(float(record.series(measure).epoch[-1]))),
            )
            remedy = message("Try a lower learning rate.")
            return Verdict("bad", message("diverged"), sentence, brief=brief, remedy=remedy)
    return None


def _worse_than_guessing(record: Record) -> Verdict | None:
    loss, guess = record.value(VALIDATION_LOSS), record.chance.get(LOSS.name)
    if loss is not None and guess is not None and loss > ABOVE * guess:
        if loss <= FAR_ABOVE * guess and _above_chance(record):
            return None
        sentence = message(
            "The validation loss is {loss}, worse than guessing: taking all classes as equally "
            "likely gives {guess}.{before} Try a lower learning rate.",
            loss=LOSS.figure(loss),
            guess=LOSS.figure(guess),
            before=_lowest_before(record, guess),
        )
        brief = message(
            "Worse than guessing: loss {loss} above {guess}.",
            loss=LOSS.figure(loss),
            guess=LOSS.figure(guess),
        )
        remedy = message("Try a lower learning rate.")
        return Verdict("bad", message("worse than guessing"), sentence, brief=brief, remedy=remedy)
    accuracy, share = record.value(VALIDATION_ACCURACY), record.chance.get(ACCURACY.name)
    if accuracy is None or share is None or accuracy >= share - 1.5 * _margin(record, share):
        return None
    sentence = message(
        "{accuracy} of the validation images are right, worse than guessing, which gives {guess}: "
        "do the training and the validation images have the same classes?",
        accuracy=ACCURACY.figure(accuracy),
        guess=ACCURACY.figure(share),
    )
    brief = message(
        "Worse than guessing: {accuracy} below {guess}.",
        accuracy=ACCURACY.figure(accuracy),
        guess=ACCURACY.figure(share),
    )
    remedy = message("Look at the classes of both.")
    return Verdict("bad", message("worse than guessing"), sentence, brief=brief, remedy=remedy)


def _too_few(record: Record) -> Verdict | None:
    accuracy, share = record.value(VALIDATION_ACCURACY), record.chance.get(ACCURACY.name)
    if accuracy is None or share is None or not record.judged_images or share + _margin(record, share) < 1:
        return None
    sentence = message(
        "{accuracy} of the {count} validation images are right, but with so few of them guessing, which "
        "gives {guess} on average, may come as far. Hold back more images to judge by.",
        accuracy=ACCURACY.figure(accuracy),
        count=record.judged_images,
        guess=ACCURACY.figure(share),
    )
    brief = message(
        "Too few images to tell: only {count}.",
        count=record.judged_images,
    )
    remedy = message("Hold back more.")
    return Verdict("advice", message("too few to tell"), sentence, brief=brief, remedy=remedy)


def _like_guessing(record: Record) -> Verdict | None:
    accuracy, share = record.value(VALIDATION_ACCURACY), record.chance.get(ACCURACY.name)
    loss, guess = record.value(VALIDATION_LOSS), record.chance.get(LOSS.name)
    if accuracy is not None and share is not None:
        if _above_chance(record):
            return None
        sentence = message(
            "It is right no more often than by guessing: {accuracy} of the validation images, where guessing "
            "gives {guess}. Try another learning rate, or train for longer.",
            accuracy=ACCURACY.figure(accuracy),
            guess=ACCURACY.figure(share),
        )
        brief = message(
            "Like guessing: {accuracy} against {guess}.",
            accuracy=ACCURACY.figure(accuracy),
            guess=ACCURACY.figure(share),
        )
    elif loss is not None and guess is not None and loss >= NEAR * guess:
        sentence = message(
            "It is like guessing: the validation loss is {loss}, where taking all classes as equally "
            "likely gives {guess}. Try another learning rate, or train for longer.",
            loss=LOSS.figure(loss),
            guess=LOSS.figure(guess),
        )
        brief = message(
            "Like guessing: loss {loss} against {guess}.",
            loss=LOSS.figure(loss),
            guess=LOSS.figure(guess),
        )
    else:
        return None
    remedy = message("Try another learning rate, or train for longer.")
    return Verdict("advice", message("like guessing"), sentence, brief=brief, remedy=remedy)


def _overfits(record: Record) -> Verdict | None:
    best = best_index(record, VALIDATION_LOSS)
    if best < 0:
        return None
    judged = record.validations.values(VALIDATION_LOSS.name)
    low, since = float(judged[best]), judged[best + 1 :][-LAST:]
    if len(since) < 2 or not (since >= max(RISE * low, low + LEAST_RISE)).all():
        return None
    epochs = record.validations.epoch
    then, now = (record.mean_of_epoch(TRAINING_LOSS, at) for at in (best, len(epochs) - 1))
    if then is None or now is None or now >= then:
        return None
    sentence = message(
        "It overfits from epoch {epoch} on: the validation loss rose from {low} to {last}, while the "
        "training loss fell from {then} to {now}. More data, augmentation, dropout or fewer epochs help.",
        epoch=int(epochs[best]),
        low=LOSS.figure(low),
        last=LOSS.figure(float(since[-1])),
        then=LOSS.figure(then),
        now=LOSS.figure(now),
    )
    brief = message(
        "Overfits from epoch {epoch}: loss {low}, then {last}.",
        epoch=int(epochs[best]),
        low=LOSS.figure(low),
        last=LOSS.figure(float(since[-1])),
    )
    word = message("overfits from {epoch}", epoch=int(epochs[best]))
    return Verdict("advice", word, sentence, overfits=True, brief=brief)


def _knows_its_own_better(record: Record) -> Verdict | None:
    found = gap(record)
    if found is None:
        return None
    wide = found.training_accuracy - found.validation_accuracy
    if wide < max(WIDE, _margin(record, found.validation_accuracy)):
        return None
    sentence = message(
        "It knows its training images better than others: {then} of them were right in the last epoch, and "
        "{now} of the validation images. More data, augmentation or dropout help.",
        then=ACCURACY.figure(found.training_accuracy),
        now=ACCURACY.figure(found.validation_accuracy),
    )
    brief = message(
        "Knows its own images better: {then} right, others {now}.",
        then=ACCURACY.figure(found.training_accuracy),
        now=ACCURACY.figure(found.validation_accuracy),
    )
    word = message("gap of {gap} points", gap=f"{100 * wide:.0f}")
    return Verdict("advice", word, sentence, overfits=True, brief=brief)


def _too_sure(record: Record) -> Verdict | None:
    loss, guess = record.value(VALIDATION_LOSS), record.chance.get(LOSS.name)
    accuracy = record.value(VALIDATION_ACCURACY)
    if loss is None or guess is None or accuracy is None or loss <= ABOVE * guess:
        return None
    sentence = message(
        "It is too sure: {accuracy} of the validation images are right, but the validation loss is {loss}, "
        "where guessing gives {guess}, because wrong answers are given with great certainty.",
        accuracy=ACCURACY.figure(accuracy),
        loss=LOSS.figure(loss),
        guess=LOSS.figure(guess),
    )
    brief = message(
        "Too sure: loss {loss}, guessing gives {guess}.",
        loss=LOSS.figure(loss),
        guess=LOSS.figure(guess),
    )
    return Verdict("advice", message("too sure"), sentence, brief=brief)


_RULES: tuple[Callable[[Record], Verdict | None], ...] = (
    _diverged,
    _worse_than_guessing,
    _too_few,
    _like_guessing,
    _overfits,
    _too_sure,
    _knows_its_own_better,
)


# the figures


def _margin(record: Record, share: float) -> float:
    """Two standard errors of a share of the validation images; a tenth where their number is unknown."""
    images = record.judged_images
    return 2 * math.sqrt(share * (1 - share) / images) if images else 0.1 * share


def _above_chance(record: Record) -> bool:
    accuracy, share = record.value(VALIDATION_ACCURACY), record.chance.get(ACCURACY.name)
    return accuracy is not None and share is not None and accuracy > share + _margin(record, share)


def _lowest_before(record: Record, guess: float) -> Message:
    """Says that the loss was better than guessing once, where it was; begins with a space."""
    best = best_index(record, VALIDATION_LOSS)
    low = record.validations.value(VALIDATION_LOSS.name, best)
    if low is None or low > guess:
        return message("")
    epoch = int(record.validations.epoch[best])
    return message(" It was lowest after epoch {epoch}: {low}.", epoch=epoch, low=LOSS.figure(low))


def _bests(record: Record) -> Iterator[Message]:
    return _told_bests(
        record,
        (VALIDATION_LOSS, "The validation loss was lowest after epoch {epoch}: {value}."),
        (VALIDATION_ACCURACY, "The validation accuracy was highest after epoch {epoch}: {value}."),
    )


def _brief_bests(record: Record) -> Iterator[Message]:
    return _told_bests(
        record,
        (VALIDATION_LOSS, "Lowest validation loss {value}, after epoch {epoch}."),
        (VALIDATION_ACCURACY, "Highest validation accuracy {value}, after epoch {epoch}."),
    )


def _told_bests(record: Record, *texts: tuple[Measure, str]) -> Iterator[Message]:
    for measure, text in texts:
        best = best_index(record, measure)
        value = record.validations.value(measure.name, best)
        if value is not None:
            epoch = int(record.validations.epoch[best])
            yield message(text, epoch=epoch, value=measure.quantity.figure(value))


def _waited(record: Record) -> Iterator[Message]:
    waiting = in_all(record.waits)
    if waiting is not None:
        yield waiting_words(waiting)


def _joined(first: Message, second: Message) -> Message:
    return message("{first} {second}", first=first, second=second)
