"""The optimizers, declared with the names, parameters and defaults that they have in torch.

Of torch's, those are missing that do not fit a loop of batches: LBFGS calls the network several times a step,
Rprop trusts the signs of gradients of all images, ASGD judges averaged weights, which any optimizer here can
have, and SparseAdam is for sparse gradients.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.call import Call, call
from networks.core.declared import Closed, Declared, catalog
from networks.core.fields import described, real

Decay = Annotated[
    float,
    real(
        "Weight decay", "Pulls every weight towards zero in proportion to its size; 0 turns it off.", 0.0, 1.0
    ),
]
Eps = Annotated[float, real("Epsilon", "Added to the divisor to keep it above zero.", 0.0, 1.0, above=True)]
LR = Annotated[
    float,
    real(
        "Learning rate",
        "How far each step goes. If it is too high, the loss jumps or grows; if too low, it hardly falls.",
        0.0,
        1000.0,
        above=True,
    ),
]
Beta1 = Annotated[
    float, real("Beta 1", "Memory of the mean gradient: 0.9 looks back about 10 steps.", 0.0, 1.0, below=True)
]
Beta2 = Annotated[
    float,
    real(
        "Beta 2", "Memory of the squared gradient: 0.999 looks back about 1000 steps.", 0.0, 1.0, below=True
    ),
]


_MEANS = "m ← β₁ m + (1−β₁) g;  v ← β₂ v + (1−β₂) g²;  "
_OF_MEANS = (
    "w: a weight; g: its gradient; η: the learning rate; m and v: running means of g and of g²; "
    "β₁ and β₂: Beta 1 and Beta 2, how much of them is kept at each step; "
    "m̂ and v̂: the same means, made up for their start at 0; ε: Epsilon"
)


class Optimizer(Declared, frozen=True):
    """One optimizer is one subclass; the class name is torch's, the fields are its arguments."""

    fused: ClassVar[bool] = False
    """Whether torch has a kernel that updates all weights at once, on CPU and CUDA; the others loop."""

    own: ClassVar[str] = ""
    """Where torch has none that fits: the file in `networks/training/printed` with a class of ours."""

    groups: ClassVar[str] = ""
    """Where weights are not treated alike: the function of `training/printed/weight_groups.py`."""

    usual: ClassVar[tuple[float, float]] = (3e-4, 3e-3)
    """Learning rates with which most trainings begin: a habit of the field, and no bound."""

    formula: ClassVar[str]
    """How a step changes a weight w with the gradient g, at the learning rate η."""
    letters: ClassVar[str]
    """What each letter of the formula stands for; settings by their titles."""
    paper: ClassVar[str]

    lr: LR = 1e-3

    def numbers_kept(self) -> int:
        """How many numbers it keeps for each weight, as it is set."""
        return 2

    def arguments(self) -> dict[str, object]:
        """The keyword arguments for torch."""
        return {name: getattr(self, name) for name in self.__struct_fields__}

    def call(self, device: str) -> Call:
        """The call that makes it for a device; the weights that it will change are added by the caller."""
        fused = {"fused": True} if self.fused and device in ("cpu", "cuda") else {}
        return call(f"torch.optim.{type(self).__name__}", **self.arguments(), **fused)


def _with_betas(arguments: dict[str, object]) -> dict[str, object]:
    betas = (arguments.pop("beta1"), arguments.pop("beta2"))
    return {"lr": arguments.pop("lr"), "betas": betas} | arguments


class AdamLike(Optimizer, frozen=True):
    """What Adam and its kin share: memories of the mean gradient and of the squared one."""

    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    eps: Eps = 1e-8
    weight_decay: Decay = 0.0

    def arguments(self) -> dict[str, object]:
        return _with_betas(super().arguments())


class SGD(Optimizer, frozen=True):
    """Steps against the gradient; with momentum, like a ball that rolls downhill (Robbins and Monro 1951)."""

    formula: ClassVar = "v ← μ v + g;  w ← w − η v"
    letters: ClassVar = (
        "w: a weight; g: its gradient; η: the learning rate; v: where it is heading, from this gradient and "
        "those before; μ: Momentum, how much of that is kept at each step"
    )
    paper: ClassVar = "Robbins and Monro, A Stochastic Approximation Method, 1951"
    fused: ClassVar = True
    usual: ClassVar = (0.01, 0.1)

    lr: LR = 1e-3
    momentum: Annotated[
        float,
        real("Momentum", "Share of the previous step that is kept; 0.9 is common.", 0.0, 1.0, below=True),
    ] = 0.0
    nesterov: Annotated[
        bool,
        described(
            "Nesterov",
            "Looks ahead along the momentum before computing the gradient; needs momentum above 0.",
        ),
    ] = False
    weight_decay: Decay = 0.0

    def numbers_kept(self) -> int:
        return 1 if self.momentum else 0

    def arguments(self) -> dict[str, object]:
        # torch refuses Nesterov without momentum, when there is nothing to look ahead along
        return super().arguments() | {"nesterov": self.nesterov and self.momentum > 0}


class Adam(AdamLike, frozen=True):
    """Gives every weight a step size of its own, computed from its recent gradients (Kingma and Ba 2015)."""

    formula: ClassVar = _MEANS + "w ← w − η m̂ / (√v̂ + ε)"
    letters: ClassVar = _OF_MEANS
    paper: ClassVar = "Kingma and Ba, Adam, 2015, arXiv 1412.6980"
    fused: ClassVar = True


class AdamW(AdamLike, frozen=True):
    """Adam with weight decay decoupled from the gradient (Loshchilov and Hutter 2019)."""

    formula: ClassVar = _MEANS + "w ← w − η m̂ / (√v̂ + ε) − η λ w"
    letters: ClassVar = _OF_MEANS + "; λ: Weight decay"
    paper: ClassVar = "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, arXiv 1711.05101"
    fused: ClassVar = True

    weight_decay: Decay = 1e-2


class NAdam(AdamLike, frozen=True):
    """Adam with Nesterov's look-ahead (Dozat 2016)."""

    formula: ClassVar = _MEANS + "w ← w − η (β₁ m̂ + (1−β₁) g) / (√v̂ + ε)"
    letters: ClassVar = _OF_MEANS
    paper: ClassVar = "Dozat, Incorporating Nesterov Momentum into Adam, 2016"

    lr: LR = 2e-3
    momentum_decay: Annotated[
        float, real("Momentum decay", "How fast the momentum warms up to beta 1.", 0.0, 1.0)
    ] = 4e-3


class RAdam(AdamLike, frozen=True):
    """Adam that takes small first steps until it has seen enough gradients (Liu et al. 2020)."""

    formula: ClassVar = _MEANS + "w ← w − η r m̂ / (√v̂ + ε)"
    letters: ClassVar = _OF_MEANS + "; r: a factor that grows from 0 to 1 as v settles"
    paper: ClassVar = (
        "Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, 2020, arXiv 1908.03265"
    )


class RMSprop(Optimizer, frozen=True):
    """Divides each step by the root mean square of the weight's last gradients (Hinton 2012, lecture 6e)."""

    formula: ClassVar = "v ← α v + (1−α) g²;  w ← w − η g / (√v + ε)"
    letters: ClassVar = (
        "w: a weight; g: its gradient; η: the learning rate; v: a running mean of g²; "
        "α: Alpha, how much of it is kept at each step; ε: Epsilon"
    )
    paper: ClassVar = "Hinton, Neural Networks for Machine Learning, lecture 6e, 2012"
    usual: ClassVar = (1e-4, 1e-2)

    lr: LR = 1e-2
    alpha: Annotated[float, real("Alpha", "Memory of the squared gradient.", 0.0, 1.0, below=True)] = 0.99
    eps: Eps = 1e-8
    weight_decay: Decay = 0.0
    momentum: Annotated[
        float, real("Momentum", "Share of the previous step that is kept.", 0.0, 1.0, below=True)
    ] = 0.0
    centered: Annotated[
        bool, described("Centred", "Divides by the variance of the gradient instead of its mean square.")
    ] = False

    def numbers_kept(self) -> int:
        return 1 + (self.momentum > 0) + self.centered


class Adagrad(Optimizer, frozen=True):
    """Takes ever smaller steps for weights that have had large gradients (Duchi, Hazan and Singer 2011)."""

    formula: ClassVar = "s ← s + g²;  w ← w − η g / (√s + ε)"
    letters: ClassVar = (
        "w: a weight; g: its gradient; η: the learning rate; s: the sum of all g² so far; ε: Epsilon"
    )
    paper: ClassVar = "Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011"
    fused: ClassVar = True
    usual: ClassVar = (1e-3, 0.1)

    lr: LR = 1e-2
    lr_decay: Annotated[
        float, real("Rate decay", "The learning rate is divided by 1 + steps × this.", 0.0, 1.0)
    ] = 0.0
    weight_decay: Decay = 0.0
    initial_accumulator_value: Annotated[
        float, real("Initial sum", "Start value of the sum of squared gradients.", 0.0, 10.0)
    ] = 0.0
    eps: Eps = 1e-10

    def numbers_kept(self) -> int:
        return 1


class Adadelta(Optimizer, frozen=True):
    """Derives its step size from its own recent steps and hardly needs a learning rate (Zeiler 2012)."""

    formula: ClassVar = "Δ ← √(u + ε) / √(v + ε) g;  w ← w − η Δ"
    letters: ClassVar = (
        "w: a weight; g: its gradient; η: the learning rate; Δ: how far it moves; "
        "u and v: running means of Δ² and of g²; ε: Epsilon"
    )
    paper: ClassVar = "Zeiler, ADADELTA, 2012, arXiv 1212.5701"
    usual: ClassVar = (0.1, 1.0)

    lr: LR = 1.0
    rho: Annotated[float, real("Rho", "Memory of the squared gradient and step.", 0.0, 1.0, below=True)] = 0.9
    eps: Eps = 1e-6
    weight_decay: Decay = 0.0


class Adamax(AdamLike, frozen=True):
    """Adam that divides by the largest recent gradient, not by the root mean square (Kingma and Ba 2015)."""

    formula: ClassVar = "m ← β₁ m + (1−β₁) g;  u ← max(β₂ u, |g|);  w ← w − η m̂ / (u + ε)"
    letters: ClassVar = (
        "w: a weight; g: its gradient; η: the learning rate; m: a running mean of g; "
        "m̂: the same, made up for its start at 0; u: the largest size that g has had of late; "
        "β₁ and β₂: Beta 1 and Beta 2, how much of m and u is kept at each step; ε: Epsilon"
    )
    paper: ClassVar = "Kingma and Ba, Adam, 2015, section 7.1, arXiv 1412.6980"
    usual: ClassVar = (5e-4, 5e-3)

    lr: LR = 2e-3


class Adafactor(Optimizer, frozen=True):
    """Adam with little memory: a number for each row and column of a matrix (Shazeer and Stern 2018)."""

    formula: ClassVar = "v ← r cᵀ / Σ r;  w ← w − ρ g / √v;  ρ ≤ η"
    letters: ClassVar = (
        "w: a weight of a matrix; g: its gradient; r and c: running means of g² over rows and columns; "
        "v: what g² is about, by these; Σ: the sum over all rows; ρ: how far it steps, at most η, the "
        "learning rate"
    )
    paper: ClassVar = "Shazeer and Stern, Adafactor, 2018, arXiv 1804.04235"
    usual: ClassVar = (1e-3, 3e-2)

    lr: LR = 1e-2
    beta2_decay: Annotated[
        float,
        real(
            "Beta 2 decay", "How fast the memory of squared gradients grows: step to this power.", -1.0, 0.0
        ),
    ] = -0.8
    eps: Annotated[
        float, real("Epsilon", "The least size of weights that steps are scaled by.", 0.0, 1.0, above=True)
    ] = 1e-3
    d: Annotated[
        float, real("Threshold", "The largest root mean square of a step, before it is scaled.", 1.0, 100.0)
    ] = 1.0
    weight_decay: Decay = 0.0

    def arguments(self) -> dict[str, object]:
        return super().arguments() | {"eps": (None, self.eps)}

    def numbers_kept(self) -> int:
        return 0  # only one for each row and column


class Muon(Optimizer, frozen=True):
    """Makes the steps of hidden layers orthogonal, so that no direction dominates (Jordan et al. 2024).

    The first and the last layer, biases and normalization are changed by AdamW.
    """

    formula: ClassVar = "M ← μ M + (1−μ) G;  M = U S Vᵀ;  W ← W − 0.2 η √max(rows, columns) · U Vᵀ"
    letters: ClassVar = (
        "W: a matrix of weights; G: its gradient; η: the learning rate; M: a running mean of G; "
        "μ: Momentum, how much of it is kept at each step; U, S and V: the singular value decomposition of "
        "M, by which its step gets the same length in all directions"
    )
    paper: ClassVar = "Jordan et al., Muon, 2024; Liu et al., Muon is Scalable for LLM Training, 2025"
    own: ClassVar = "muon"
    groups: ClassVar = "muon_groups"

    lr: LR = 1e-3
    weight_decay: Decay = 0.1
    momentum: Annotated[
        float, real("Momentum", "Share of the previous steps that is kept.", 0.0, 1.0, below=True)
    ] = 0.95
    nesterov: Annotated[bool, described("Nesterov", "Looks ahead along the momentum.")] = True
    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999

    def arguments(self) -> dict[str, object]:
        return _with_betas(super().arguments())

    def call(self, device: str) -> Call:
        # torch's Muon takes matrices alone
        return call("MuonAdamW", **self.arguments())

    def numbers_kept(self) -> int:
        return 1  # for hidden layers, which have most of the weights


OPTIMIZERS = catalog(Optimizer, __name__)

AnyOptimizer = Closed[Optimizer]
