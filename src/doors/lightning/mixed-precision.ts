// Mixed precision, like Lightning's plugin of the same name: steps run in autocast, losses are scaled, and steps that
// overflow are skipped.

import { ArgumentError, autocast, GradScaler, optim, type Tensor } from '../../torch';
import { type Awaitable, after } from './awaitable';

/** The hooks of a module that run its network. */
const steps: readonly string[] = ['trainingStep', 'validationStep', 'testStep', 'predictStep'];

export class MixedPrecision {
  readonly scaler = new GradScaler();

  /**
   * Calls a hook of a module. @throws ArgumentError if a step is asynchronous, since autocast ends at the first await
   */
  call<T>(hook: string, run: () => T): T {
    if (!steps.includes(hook)) return run();
    const called: { result?: T } = {};
    autocast(() => {
      called.result = run();
    });
    if (!(called.result instanceof Promise)) return called.result as T;
    called.result.catch(() => undefined);
    throw new ArgumentError(
      `Trainer: expected a synchronous ${hook} with precision '16-mixed', as autocast cannot follow an await; await before or after the step, or leave precision out`,
    );
  }

  scale(loss: Tensor): Tensor {
    return this.scaler.scale(loss);
  }

  /** Takes an optimizer step with scaled gradients; `before` sees them unscaled. */
  step(optimizer: optim.Optimizer<object>, before: () => Awaitable<unknown>): Awaitable<unknown> {
    if (optimizer instanceof optim.LBFGS) {
      throw new ArgumentError(
        "Trainer: expected an optimizer that sees each batch once with precision '16-mixed', but got LBFGS; use another, or leave precision out",
      );
    }
    this.scaler.unscale_(optimizer);
    return after(before(), () =>
      after(this.scaler.step(optimizer), (result) => after(this.scaler.update(), () => result)),
    );
  }
}
