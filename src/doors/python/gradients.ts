// Gradients for Python. Hooks and functions of Python within a backward may wait for the GPU, which code that JavaScript calls cannot: the
// backward stops before each of them, and Python calls it.
import { Tensor } from '../../torch';
import { backwards, calls, recordingMode as mode } from '../../torch/inside';

type Show = (value: unknown, isBorn: boolean) => unknown;

/** The modes that a backward sets for its hooks. */
interface Modes {
  readonly grad: boolean;
  readonly conversions: typeof calls.conversions;
}

const isOfPython = (code: object): boolean => 'destroy' in code;

/** A backward that has stopped before code of Python. */
export class GradientRun {
  readonly #steps: backwards.Steps<unknown>;
  #ask: backwards.Ask<unknown> | null = null;
  /** What the backward has computed, which must outlive a flush that the code causes. */
  held: readonly Tensor[] = [];

  /** @param show converts a result for Python */
  constructor(
    steps: backwards.Steps<unknown>,
    private readonly show: Show,
  ) {
    this.#steps = steps;
  }

  /** The code of Python that is to be called. */
  get code(): unknown {
    return this.#ask!.code;
  }

  get args(): readonly unknown[] {
    return this.#ask!.args;
  }

  /** Goes on with the answer of that code; gives the result, or this run where there is more to call. */
  advance(answer?: unknown): unknown {
    let step = this.#steps.next(answer);
    while (!step.done && !isOfPython(step.value.code)) step = this.#steps.next(step.value.call());
    this.#ask = step.done ? null : step.value;
    this.held = step.done ? [] : [...step.value.alive()].map(Tensor.of);
    return this.show(step.done ? step.value : this, true);
  }

  /** Sets the modes of the backward while the code runs; gives those of before, for `leave`. */
  enter(): Modes {
    const before = { grad: mode.grad, conversions: calls.conversions };
    mode.grad = this.#ask!.within(() => mode.grad);
    calls.conversions = null;
    return before;
  }

  leave({ grad, conversions }: Modes): void {
    mode.grad = grad;
    calls.conversions = conversions;
  }

  /** Ends it, where the code has failed. */
  stop(): void {
    this.held = [];
    this.#steps.return(undefined);
  }
}

/** What takes gradients, by name. */
export function takersFor(show: Show) {
  const begun =
    <Args>(take: (args: Args) => backwards.Steps<unknown>) =>
    (...args: unknown[]): unknown =>
      new GradientRun(take(args as Args), show).advance();
  return {
    grad: begun(backwards.gradSteps),
    backward: begun(backwards.backwardOfSteps),
    ofTensor: (tensor: Tensor, ...args: Parameters<Tensor['backwardSteps']>[0]): unknown =>
      new GradientRun(tensor.backwardSteps(args), show).advance(),
  };
}
