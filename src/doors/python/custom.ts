// The graph's side of autograd functions written in Python. JavaScript knows them by number, and calls Python for their
// gradients.
import { Tensor } from '../../torch';
import { named, type Value, withGradient } from '../../torch/inside';

/** Python's function that computes the gradients of a function's arguments from those of its results. */
type Answer = (id: number, gradients: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

let answer: Answer = () => [];

/** Sets the Python function that computes gradients. */
export function answerGradients(given: Answer): void {
  answer = given;
}

/**
 * Functions whose gradient has been computed, by number. The graph node of the value tells whether that was the last
 * time.
 */
const taken = new Map<number, Value>();

/**
 * Records the results of a function as if one operation had made them from the arguments; Python computes its gradient.
 */
export function attach(name: string, id: number, args: readonly Tensor[], results: readonly Tensor[]): Tensor[] {
  const values = withGradient(
    args.map((x) => x.value),
    results.map((y) => y.value),
    (dys) => {
      taken.set(id, values[0]!);
      const gradients = answer(
        id,
        results.map((_, i) => (dys[i] ? Tensor.of(dys[i]) : null)),
      );
      return args.map((_, i) => gradients[i]?.value ?? null);
    },
  );
  return values.map((value) => Tensor.of(named(value, `${name}Backward`)));
}

/** The numbers of the functions that finished since the last call: their gradients can never be computed again. */
export function spentFunctions(): number[] {
  const spent = [...taken].filter(([, value]) => value.node === null || value.node.spent).map(([id]) => id);
  taken.clear();
  return spent;
}
