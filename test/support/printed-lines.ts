// What a program prints, beside what PyTorch prints for it.
import { expect } from 'vitest';
import { expectNumbers } from './close';

const number = /-?\d+\.\d+/g;
const numbersOf = (line: string): number[] => (line.match(number) ?? []).map(Number);
const withoutNumbers = (line: string): string => line.replace(number, '…');

/** Holds each line: its words are the same, its numbers within 1e-3. */
export function expectPrinted(printed: string, lines: readonly string[]): void {
  const got = printed.trimEnd().split('\n');
  expect(got.map(withoutNumbers)).toEqual(lines.map(withoutNumbers));
  for (const [i, line] of lines.entries())
    expectNumbers(numbersOf(got[i]!), numbersOf(line), { rtol: 1e-3, atol: 1e-3 });
}
