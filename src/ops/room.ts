// Room: values whose first rows count, with others behind them that may hold anything.
import { fromHost } from '../graph/record';
import type { Value } from '../graph/value';
import { reshape } from './cast';
import { lt, where } from './compare';

const numbers = new Map<number, Value>();

/** The numbers from 0 on, made once for each count. */
function numbersTo(count: number): Value {
  let known = numbers.get(count);
  if (!known) {
    known = fromHost(
      Int32Array.from({ length: count }, (_, i) => i),
      [count],
      'int32',
    );
    numbers.set(count, known);
  }
  return known;
}

/** x with a number in the place of what does not count: along a dimension, whatever is behind so many rows. */
export const filledPast = (x: Value, dim: number, rows: number, fill: number): Value => rowsThen(x, dim, rows, fill);

/** So many rows of x along a dimension, and those of y, or a number, behind them. */
export function rowsThen(x: Value, dim: number, rows: number, y: Value | number): Value {
  const room = x.shape[dim]!;
  const index = reshape(numbersTo(room), [room, ...x.shape.slice(dim + 1).map(() => 1)]);
  return where(lt(index, rows), x, y);
}
