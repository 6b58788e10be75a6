// PyTorch's example scripts as they are ported in examples/pytorch: what they print, beside what the same programs print in Python.
import { expect, test, vi } from 'vitest';
import { load } from '../../examples/pytorch/programs';
import { expectNumbers } from '../support/close';
import { loadFixture } from '../support/fixtures';
import { partOf } from '../support/sample';

interface Case {
  readonly name: string;
  readonly options: Record<string, number>;
  readonly lines: readonly string[];
}

const number = /-?\d+\.\d+/g;
const numbersOf = (line: string) => (line.match(number) ?? []).map(Number);

const { cases } = await loadFixture<Case>('ports');

test.for(partOf(cases, 4))(
  '$name prints what PyTorch prints',
  { timeout: 300_000 },
  async ({ name, options, lines }) => {
    const { defaults, main } = await load(name);
    const printed: string[] = [];
    const times = [performance.now()];
    const log = vi.spyOn(console, 'log').mockImplementation((text: string) => {
      printed.push(...text.split('\n'));
      if (/loss|reward/.test(text)) times.push(performance.now());
    });
    try {
      await main({ ...('data' in defaults && { data: '/data/mnist/' }), ...options });
    } finally {
      log.mockRestore();
    }

    const steps = times.slice(1).map((time, i) => time - times[i]!);
    const later = steps.slice(1).sort((a, b) => a - b);
    console.log(
      `${name}: ${steps[0]!.toFixed(0)} ms to the first loss or reward, ${later[later.length >> 1]!.toFixed(0)} ms from one to the next (median)`,
    );
    expect(printed.map((line) => line.replace(number, '…'))).toEqual(lines.map((line) => line.replace(number, '…')));
    for (const [i, line] of lines.entries()) {
      expectNumbers(numbersOf(printed[i]!), numbersOf(line), { rtol: 1e-3, atol: 1e-5 });
    }
  },
);
