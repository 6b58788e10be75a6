// Autograd functions written in Python, as the graph sees them. JavaScript identifies each call of such a function by a
// number, and calls Python for its gradient.
import { Tensor } from '../../torch';
import { backwards, type Value, withGradient } from '../../torch/inside';

/** A Python function that computes the gradients of a function's arguments from the gradients of its results. */
type Answer = (id: number, gradients: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

let answer: Answer = () => [];

/** Sets the Python function that computes gradients. */
export function answerGradients(given: Answer): void {
  answer = given;
}

/**
 * The functions whose gradient has been computed, by number. The graph node of the value says whether the gradient can
 * be computed again.
 */
const taken = new Map<number, Value>();

/** The numbers of calls, by the nodes of the graph that stand for them. */
const numbers = new WeakMap<object, number>();

/** The number of the call that a node of the graph stands for; undefined if that is an operation of the library's. */
export const numberOfCall = ({ node }: { readonly node: object }): number | undefined => numbers.get(node);

/**
 * Records the results of a Python function as if one operation had made them from the arguments. Python computes the
 * operation's gradient.
 */
export function attach(name: string, id: number, args: readonly Tensor[], results: readonly Tensor[]): Tensor[] {
  const values = withGradient(
    args.map((x) => x.value),
    results.map((y) => y.value),
    (dys) => {
      taken.set(id, values[0]!);
      const gradients = results.map((_, i) => (dys[i] ? Tensor.of(dys[i]) : null));
      const valuesOf = (given: unknown) => args.map((_, i) => (given as ReturnType<Answer>)[i]?.value ?? null);
      return new backwards.Ask(answer, [id, gradients], valuesOf);
    },
    `${name}Backward`,
  );
  // Each result is made from itself and from what stands for the whole call.
  const call = values[0]?.node?.makers[1];
  if (call) numbers.set(call, id);
  return values.map(Tensor.of);
}

/** The numbers of the functions whose gradients have been computed for the last time since the previous call. */
export function spentFunctions(): number[] {
  const spent = [...taken].filter(([, value]) => value.node === null || value.node.spent).map(([id]) => id);
  taken.clear();
  return spent;
}
