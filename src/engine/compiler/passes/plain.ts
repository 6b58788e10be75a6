// The passes of plans whose kernels are not fused. Loads late, with the code for large values.
import type { clusterPass } from '../fusion/pointwise';
import type { Member } from '../fusion/read-inputs';
import type { LoweredProgram, Lowering } from '../ir';
import type { CompilerPass } from './index';

/** Makes every pointwise node a kernel of its own: the minimum that a program needs before it can be planned. */
function leaveApart({ program, lowerings }: LoweredProgram, kernelOf: typeof clusterPass): LoweredProgram {
  const apart = lowerings.map((lowering, n): Lowering => {
    if (lowering.kind !== 'pointwise') return lowering;
    const { op, inputs, outputs, scalarCount } = program.nodes[n]!;
    const metas = inputs.map((v) => program.values[v]!);
    const member: Member = {
      name: op.name,
      body: lowering.body,
      inputs: metas.map((meta, external) => ({ external, meta })),
      scalars: Array.from({ length: scalarCount }, (_, i) => i),
      result: program.values[outputs[0]!]!,
    };
    return { kind: 'passes', passes: [kernelOf({ members: [member], externals: metas, outputs: [0] })] };
  });
  return { program, lowerings: apart };
}

/**
 * Only the passes that a plan cannot do without. `kernelOf` is `clusterPass`: handed in, since imports of a part that
 * loads late would be split off the first file.
 */
export const plainPasses = (kernelOf: typeof clusterPass): readonly CompilerPass[] => [
  (lowered) => leaveApart(lowered, kernelOf),
];
