// Cases of gradcheck: values that are made of slices of one tensor, whose gradients are put together.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { any, type Gradcheck } from './inputs';

/** Each slice squared and times a number of its own. */
const weighed = (parts: readonly Tensor[]): Tensor[] => parts.map((part, i) => part.square().mul(i + 1));
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

export const slices: Gradcheck[] = [
  ['slices, unbind', (a) => torch.stack(weighed(a.unbind(0))), [any(3, 4)]],
  ['slices, unbind the last', (a) => torch.stack(weighed(a.unbind(-1))), [any(2, 7)]],
  ['slices, split', (a) => weighed(a.split([1, 3, 2], 1)), [any(2, 6)]],
  ['slices, chunk', (a) => weighed(a.chunk(3, 1)), [any(2, 7, 2)]],
  ['slices, tensorSplit', (a) => weighed(torch.tensorSplit(a, [1, 1, 4])), [any(5, 2)]],
  ['slices, iterated', (a) => torch.stack(weighed([...a])), [any(3, 8)]],
  ['slices, some', (a) => weighed([a.at(1), a.at(3)]), [any(4, 3)]],
  ['slices, one twice', (a) => weighed([a.at(0), a.at(0).add(a.at(1)), a.select(0, 1)]), [any(2, 3)]],
  ['slices, overlapping', (a) => weighed(upTo(4).map((i) => a.narrow(1, i, 3))), [any(2, 6)]],
  ['slices, steps', (a) => weighed([a.at('::2'), a.at('1::2'), a.at('::3')]), [any(7, 2)]],
  ['slices, boxes', (a) => weighed([a.at(':3', ':3'), a.at('2:', '2:'), a.at('3:', ':2'), a.at(1)]), [any(5, 4)]],
  [
    'slices, of slices',
    (a) =>
      torch.stack(
        upTo(6).map((i) =>
          a
            .at(i % 3)
            .at(i % 2)
            .mul(i)
            .sin(),
        ),
      ),
    [any(3, 2, 2)],
  ],
  ['slices, of slices in turn', (a) => a.unbind(0).flatMap((row) => weighed(row.split(2))), [any(2, 4)]],
  ['slices, and the whole', (a) => weighed([a.at(0), a.mul(2), a.at(':', 1), ...a.unbind(1)]), [any(2, 3)]],
  ['slices, of a transpose', (a) => torch.stack(weighed(a.mul(2).t().unbind(0))), [any(3, 2)]],
  ['slices, empty', (a) => [...weighed([a.at('1:1'), a.at(1)]), a.narrow(1, 2, 0).sum()], [any(3, 2)]],
  [
    'slices, written in place',
    (a) => {
      const b = a.mul(1);
      for (const i of upTo(3)) b.at(i).mul_(b.at((i + 1) % 3).clone());
      return torch.stack(weighed([b.at(0), b.at(2), b.at(0)]));
    },
    [any(3, 2)],
  ],
];
