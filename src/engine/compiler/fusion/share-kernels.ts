// Endings: at a first run, layers whose kernels differ only in their epilogues share one kernel, which selects the
// epilogue by a parameter. One kernel compiles sooner than several.

import { type Ending, type Pass, u32 } from '../ir';
import type { Step } from '../plan';
import { sourceWithEndings } from './inline';

interface Member {
  readonly step: Step;
  /** The general pass of the step alone. */
  readonly kernel: Pass;
  /** Undefined for a layer without an epilogue. */
  readonly ending: Ending | undefined;
  /** Equal for equal endings. */
  readonly name: string | undefined;
}

/**
 * For steps that have the same kernel with different epilogues: the step with a kernel that they can share. Kernels are
 * the same if `keyOf` gives the same key.
 */
export function stepsSharingKernels(steps: readonly Step[], keyOf: (kernel: Pass) => string): ReadonlyMap<Step, Step> {
  const groups = new Map<string, Member[]>();
  const labels = new Set(steps.map(({ pass }) => pass.ending?.kernel.label));
  for (const step of steps) {
    const { ending, extras, variants } = step.pass;
    const kernel = ending?.kernel ?? (extras ? undefined : variants?.general);
    if (!kernel || !labels.has(kernel.label) || ending?.types.some((type) => type !== 'f32')) continue;
    const key = keyOf(kernel);
    const name = ending && JSON.stringify(ending.written(''));
    groups.set(key, [...(groups.get(key) ?? []), { step, kernel, ending, name }]);
  }
  return new Map([...groups.values()].flatMap(sharing));
}

function sharing(members: readonly Member[]): [Step, Step][] {
  const endings = new Map<string, Ending>();
  for (const { ending, name } of members) if (ending) endings.set(name!, ending);
  const kinds = endings.size + (members.some(({ ending }) => !ending) ? 1 : 0);
  if (endings.size === 0 || kinds < 2) return [];
  const names = [...endings.keys()];
  const all = [...endings.values()];
  const source = sourceWithEndings(members[0]!.kernel, all);
  const buffers = Math.max(...all.map(({ reads }) => reads.length));
  return members.map(({ step, kernel, ending, name }) => {
    const at = ending ? names.indexOf(name!) : names.length;
    const reads = ending?.reads ?? [];
    // Bindings that only other endings read get any buffer: it is not read here.
    const unread = buffers - reads.length;
    const params = all.flatMap((other, e) =>
      e === at ? ending!.params : other.params.map(([type]) => [type, 0] as const),
    );
    const pass: Pass = {
      ...kernel,
      source,
      label: step.pass.label,
      extras: {
        reads: [...reads, ...new Array(unread).fill(kernel.reads[0]!)],
        writes: [],
        params: [u32(at), ...params],
      },
    };
    return [step, { ...step, pass, addresses: [...step.addresses, ...new Array(unread).fill(step.addresses[0]!)] }];
  });
}
