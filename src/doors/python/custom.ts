// Owns the graph's side of functions with a gradient written in Python: they are numbers here, which Python is asked by.
import { Tensor } from '../../torch';
import { named, type Value, withGradient } from '../../torch/inside';

/** Python's answer: the gradients of the arguments by those of the results. */
type Answer = (id: number, gradients: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

let answer: Answer = () => [];

/** Names the function of Python that is asked for gradients. */
export function answerGradients(given: Answer): void {
  answer = given;
}

/** Functions whose gradient has been taken, by number, with the values whose nodes say whether that was the last time. */
const taken = new Map<number, Value>();

/** The results of a function as if one operation had made them of the arguments, with the gradient that Python gives. */
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

/** The numbers of functions whose gradients have been taken for the last time since this was asked. */
export function spentFunctions(): number[] {
  const spent = [...taken].filter(([, value]) => value.node === null || value.node.spent).map(([id]) => id);
  taken.clear();
  return spent;
}
