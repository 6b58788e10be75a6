// Padding sequences of several lengths to one length, and removing the padding, for nn.utils.rnn.

import { either, flag, iterable, listOf, oneOf, real, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { expectKind } from '../../../engine/core/options';
import { type Args, or, takes, typed } from '../../../engine/core/takes';
import { tensor, tensors } from '../../tensor/calling/tensor-kinds';
import { stack } from '../../tensor/joining/cat-stack';
import { valuesAtHand } from '../../tensor/reading/shown';
import { Tensor } from '../../tensor/tensor';

export {
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  unpackSequence,
} from './packed-sequences';

const padSequenceTable = takes('padSequence', {
  /** The sequences, alike but for their lengths. */
  sequences: typed<Iterable<Tensor>>(iterable),
  /** The result is [N, L, *] instead of [L, N, *], default false. */
  batchFirst: or(flag, false),
  /** Default 0. */
  paddingValue: or(real, 0),
  /** Where padding goes, default 'right'. */
  paddingSide: or(oneOf('left', 'right'), 'right'),
});

/** Sequences [L_i, *] side by side, each padded to the longest. Shape: [L, N, *], with `batchFirst` [N, L, *]. */
export function padSequence(
  ...args: Args<typeof padSequenceTable, ['sequences', 'batchFirst', 'paddingValue', 'paddingSide']>
): Tensor {
  const { sequences, batchFirst, paddingValue, paddingSide } = padSequenceTable.read(args);
  const all = [...sequences];
  expectKind('padSequence', 'sequences', all, tensors);
  if (all.length === 0) throw new ArgumentError('padSequence: expected at least one sequence, but got none');
  const longest = Math.max(...all.map((x) => x.length));
  const rest = all[0]!.shape.slice(1);
  const padded = all.map((x) => {
    if (x.shape.slice(1).join() !== rest.join()) {
      throw new ShapeError(
        `padSequence: expected sequences that differ only in length, but got [${all[0]!.shape.join(', ')}] and [${x.shape.join(', ')}]`,
      );
    }
    const more = longest - x.length;
    const around = paddingSide === 'left' ? [more, 0] : [0, more];
    return x.pad([...rest.flatMap(() => [0, 0]), ...around], { value: paddingValue });
  });
  return stack(padded, batchFirst ? 0 : 1);
}

const unpadSequenceTable = takes('unpadSequence', {
  /** The sequences, padded to one length. */
  paddedSequences: tensor,
  /** The length of each sequence: numbers, or a tensor that was made from numbers, such as that of `padPackedSequence`. */
  lengths: either(tensor, listOf(whole(0))),
  /** As in `padSequence`. */
  batchFirst: or(flag, false),
});

/** The sequences that `padSequence` padded on the right, by their lengths. */
export function unpadSequence(
  ...args: Args<typeof unpadSequenceTable, ['paddedSequences', 'lengths', 'batchFirst']>
): Tensor[] {
  const { paddedSequences, lengths, batchFirst } = unpadSequenceTable.read(args);
  const counts = lengths instanceof Tensor ? valuesAtHand(lengths) : lengths;
  if (counts === null) {
    throw new ArgumentError(
      'unpadSequence: expected lengths as numbers, but got a tensor that the GPU has yet to compute; pass await lengths.tolist()',
    );
  }
  const rows = batchFirst ? paddedSequences : paddedSequences.transpose(0, 1);
  if (rows.length !== counts.length) {
    throw new ShapeError(`unpadSequence: expected ${rows.length} lengths, but got ${counts.length}`);
  }
  return Array.from(counts, (length, i) => rows.select(0, i).narrow(0, 0, length));
}
