// Endings: layers whose kernels differ in their epilogues alone share one at a first run, which chooses among these by a parameter.

import { type Ending, type Pass, u32 } from '../ir';
import type { Step } from '../plan';
import { sourceWithEndings } from './inline';

interface Member {
  readonly step: Step;
  /** The general pass of the step alone. */
  readonly kernel: Pass;
  /** None where a layer ends with what its kernel stores. */
  readonly ending: Ending | undefined;
  /** Equal for equal endings. */
  readonly name: string | undefined;
}

/**
 * Steps by kernels that several of the steps share, where two of these have the same kernel and other epilogues; `keyOf` gives what
 * kernels are told apart by.
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
    // What other endings read stands for nothing here.
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
