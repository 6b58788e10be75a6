import { describe, expect, test } from 'vitest';
import { compile } from '../../src/engine/compiler/compile';
import {
  input,
  type KernelOp,
  output,
  type Program,
  type ProgramNode,
  scratch,
  u32,
} from '../../src/engine/compiler/ir';
import type { Plan, Step } from '../../src/engine/compiler/plan';
import type { Meta } from '../../src/engine/core/meta';
import { adapterOf, roomy } from '../support/adapter';

const adapter = adapterOf('software', roomy);

const kernel = (name: string, inPlace: readonly (readonly [number, number])[] = []): KernelOp => ({
  name,
  lower: ({ inputs, outputs }) => ({
    kind: 'passes',
    passes: [
      {
        label: name,
        source: [''],
        reads: inputs.map((_, i) => input(i)).filter((_, i) => !inPlace.some(([, from]) => from === i)),
        writes: outputs.map((_, i) => output(i)),
        grid: [1, 1, 1],
      },
    ],
  }),
  inPlace: () => inPlace,
});
const compute = kernel('compute');
const update = kernel('update', [[0, 0]]);
const alias = (byteOffset = 0): KernelOp => ({ name: 'alias', lower: () => ({ kind: 'alias', byteOffset }) });
const pack = (offsets: number[], over = false): KernelOp => ({
  name: 'pack',
  lower: () => ({ kind: 'pack', offsets }),
  inPlace: () => (over ? [[0, offsets.length]] : []),
});

/** Builds a program from `[op, inputs, size of the output in elements]` lines; returns value numbers in order. */
function program(inputSizes: number[], lines: [KernelOp, number[], number][], exports: number[]): Program {
  const values: Meta[] = inputSizes.map((n) => ({ shape: [n], dtype: 'float32' }));
  const nodes = lines.map(([op, inputs, size]): ProgramNode => {
    values.push({ shape: [size], dtype: 'float32' });
    return { op, attrs: undefined, inputs, outputs: [values.length - 1], scalarBase: 0, scalarCount: 0 };
  });
  return { values, inputCount: inputSizes.length, nodes, exports };
}

const labels = (plan: Plan) => plan.steps.map(({ pass }) => pass.label);
const locationsOf = (step: Step) => step.addresses.map((address) => (address === 'fault' ? -1 : address.location));
const LARGE = 1 << 20;

describe('compile', () => {
  test('an alias at an aligned offset costs nothing, one between is copied', () => {
    const aligned = compile(
      program(
        [256],
        [
          [alias(256), [0], 64],
          [compute, [1], 64],
        ],
        [2],
      ),
      adapter,
    );
    expect(labels(aligned)).toEqual(['compute']);
    expect(aligned.steps[0]!.addresses[0]).toMatchObject({ location: 0, offset: 256 });
    const between = compile(
      program(
        [256],
        [
          [alias(4), [0], 64],
          [compute, [1], 64],
        ],
        [2],
      ),
      adapter,
    );
    expect(labels(between)).toEqual(['copy', 'compute']);
  });

  test('large results are computed in buffers of their own, small ones copied out', () => {
    const plan = compile(
      program(
        [LARGE],
        [
          [compute, [0], LARGE],
          [compute, [1], 1],
        ],
        [1, 2],
      ),
      adapter,
    );
    expect(plan.exports.map(({ kind }) => kind)).toEqual(['bind', 'copy']);
    expect(plan.inputs).toEqual(['bind']);
  });

  test('an in-place update takes over the buffer of its input', () => {
    const plan = compile(program([64, 64], [[update, [0, 1], 64]], [2]), adapter);
    expect(plan.inputs).toEqual(['bindAndOverwrite', 'copy']);
    expect(plan.exports).toEqual([{ kind: 'takeover', input: 0 }]);
  });

  test('what reads the old contents after an in-place update gets a copy made before', () => {
    const plan = compile(
      program(
        [64, 64],
        [
          [update, [0, 1], 64],
          [compute, [0], 64],
        ],
        [2, 3],
      ),
      adapter,
    );
    expect(labels(plan)).toEqual(['copy', 'update', 'compute']);
    expect(locationsOf(plan.steps[2]!)[0]).not.toBe(0);
  });

  test('an alias that is read after its root is overwritten is copied before', () => {
    const plan = compile(
      program(
        [64, 64],
        [
          [alias(), [0], 64],
          [update, [0, 1], 64],
          [compute, [2], 64],
        ],
        [3, 4],
      ),
      adapter,
    );
    expect(labels(plan)).toEqual(['copy', 'update', 'compute']);
  });

  test('values are computed in their place inside a pack', () => {
    const plan = compile(
      program(
        [64],
        [
          [compute, [0], 64],
          [kernel('other'), [0], 64],
          [pack([0, 256]), [1, 2], 128],
        ],
        [3],
      ),
      adapter,
    );
    expect(labels(plan)).toEqual(['compute', 'other']);
    const [first, second] = plan.steps.map((step) => step.addresses[1]!);
    expect(first).toMatchObject({ offset: 0 });
    expect(second).toMatchObject({ offset: 256 });
  });

  test('a value that is computed from another member of the pack is copied in, not read and written in one buffer', () => {
    const plan = compile(
      program(
        [64],
        [
          [compute, [0], 64],
          [compute, [1], 64],
          [pack([0, 256]), [1, 2], 128],
        ],
        [3],
      ),
      adapter,
    );
    for (const { pass, addresses } of plan.steps) {
      const read = addresses.slice(0, pass.reads.length).map((address) => address !== 'fault' && address.location);
      const written = addresses.slice(pass.reads.length).map((address) => address !== 'fault' && address.location);
      expect(read.some((location) => written.includes(location))).toBe(false);
    }
  });

  test('a pack over an old buffer writes directly only if nobody reads what was there', () => {
    const unread = compile(
      program(
        [128, 64],
        [
          [compute, [1], 64],
          [pack([0], true), [2, 0], 128],
        ],
        [3],
      ),
      adapter,
    );
    expect(labels(unread)).toEqual(['compute']);
    expect(unread.exports).toEqual([{ kind: 'takeover', input: 0 }]);
    const read = compile(
      program(
        [128, 64],
        [
          [alias(), [0], 128],
          [compute, [2], 64],
          [pack([0], true), [3, 0], 128],
        ],
        [4],
      ),
      adapter,
    );
    expect(labels(read)).toEqual(['compute', 'copy']);
  });

  test('a value that is read once its pack has been overwritten stays apart from it', () => {
    const lines: Parameters<typeof program>[1] = [
      [compute, [0], 64],
      [pack([0]), [1], 128],
      [update, [2], 128],
      [compute, [1], 64],
    ];
    expect(labels(compile(program([64], lines.slice(0, 3), [3]), adapter))).toEqual(['compute', 'update']);
    const readLater = compile(program([64], lines, [3, 4]), adapter);
    expect(labels(readLater)).toEqual(['compute', 'copy', 'update', 'compute']);
    const exported = compile(program([64], lines.slice(0, 3), [3, 1]), adapter);
    expect(labels(exported)).toEqual(['compute', 'copy', 'update']);
  });

  test('lives of temporaries end with their last reader', () => {
    const plan = compile(
      program(
        [LARGE],
        [
          [compute, [0], LARGE],
          [compute, [1], LARGE],
          [compute, [2], LARGE],
        ],
        [3],
      ),
      adapter,
    );
    const temporaries = plan.locations.filter(
      (location) => location.input === undefined && location.export === undefined,
    );
    expect(temporaries.map(({ first, last }) => [first, last])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test('equal passes into scratch buffers run once', () => {
    const padded = (margin: number): KernelOp => ({
      name: 'padded',
      lower: () => ({
        kind: 'passes',
        scratch: [1024],
        passes: [
          {
            label: 'pad',
            source: [''],
            reads: [input(0)],
            writes: [scratch()],
            params: [u32(margin)],
            grid: [1, 1, 1],
          },
          { label: 'use', source: [''], reads: [scratch()], writes: [output()], grid: [1, 1, 1] },
        ],
      }),
    });
    const twice = (margin: number, second: number) =>
      labels(
        compile(
          program(
            [64, 64],
            [
              [padded(1), [0], 64],
              [padded(margin), [second], 64],
            ],
            [2, 3],
          ),
          adapter,
        ),
      );
    expect(twice(1, 0)).toEqual(['pad', 'use', 'use']);
    expect(twice(2, 0)).toEqual(['pad', 'use', 'pad', 'use']);
    expect(twice(1, 1)).toEqual(['pad', 'use', 'pad', 'use']);
  });

  test('an input that is exported as it is is copied out', () => {
    const plan = compile(program([4], [[alias(), [0], 4]], [1]), adapter);
    expect(plan.exports[0]!.kind).toBe('copy');
    expect(plan.steps).toEqual([]);
  });
});
