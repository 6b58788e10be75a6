"""The pole on a cart, by its equations of motion, for programs that learn to balance it."""

import math
import random

GRAVITY, CART, POLE, HALF, FORCE, STEP = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02


class CartPole:
    """Pushes a cart to the left or to the right under a pole, until the pole falls."""

    class spec:
        reward_threshold = 475.0

    def reset(self, seed=None):
        """A state near rest."""
        if seed is not None:
            random.seed(seed)
        self.steps = 0
        self.state = [random.uniform(-0.05, 0.05) for _ in range(4)]
        return list(self.state), {}

    def step(self, action):
        """The state a moment later."""
        place, speed, angle, turn = self.state
        push = FORCE if action == 1 else -FORCE
        inner = (push + POLE * HALF * turn**2 * math.sin(angle)) / (CART + POLE)
        tilt = (GRAVITY * math.sin(angle) - math.cos(angle) * inner) / (
            HALF * (4 / 3 - POLE * math.cos(angle) ** 2 / (CART + POLE))
        )
        pull = inner - POLE * HALF * tilt * math.cos(angle) / (CART + POLE)
        self.state = [place + STEP * speed, speed + STEP * pull, angle + STEP * turn, turn + STEP * tilt]
        self.steps += 1
        fallen = abs(self.state[0]) > 2.4 or abs(self.state[2]) > math.pi / 15
        return list(self.state), 1.0, fallen, self.steps >= 500, {}


def make(name, render_mode=None):
    """The only world here."""
    return CartPole()
