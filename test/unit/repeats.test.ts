import { describe, expect, it } from 'vitest';
import { linesOf, repeats, sources } from '../../scripts/repeats.mjs';

const MOST = 114;

const body = (name: string) => `import {
  ${name},
} from './${name}';

/** The ${name}. */
export function f() {
  const ${name} = 1;
  if (${name} > 2) return '${name}';
  for (const x of ${name}) {
    call(x, ${name});
  }
  return ${name} + 3;
}
`;

describe('repeated lines', () => {
  it('sets comments, imports and punctuation aside', () => {
    expect(linesOf(body('a')).map(({ at }) => at)).toEqual([6, 7, 8, 9, 10, 12]);
  });

  it('finds six lines that are equal, or equal but for their names', () => {
    const files = new Map(Object.entries({ 'a.ts': body('a'), 'b.ts': body('b'), 'c.ts': body('a') }));
    const places = { from: { file: 'a.ts', first: 6, last: 12 }, to: { file: 'b.ts', first: 6, last: 12 } };
    expect(repeats(files)).toContainEqual({ ...places, isEqual: false, lines: 6 });
    expect(repeats(files)).toHaveLength(3);
    expect(repeats(files, true)).toHaveLength(1);
  });

  it(`finds at most ${MOST} pairs in src`, () => {
    expect(repeats(sources('src')).length).toBeLessThanOrEqual(MOST);
  });
});
