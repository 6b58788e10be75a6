// A cell that ends in a name that its owner does not have says so.
import { unknownMember } from 'lamplight-notebook/worker/unknown-member';
import { expect, test } from 'vitest';

class Sheet {
  height = 2;
  sum(): number {
    return 0;
  }
  sum_(): void {}
}

test.each([
  ['x.su', 'x has no su; is x.sum meant?'],
  ['const y = 1;\nx.hei;', 'x has no hei; is x.height meant?'],
  ['x.nothing_near', 'x has no nothing_near'],
  ['box.x.su', 'box.x has no su; is box.x.sum meant?'],
  ['x.sum', null],
  ['x', null],
  ['y.su', null],
  ['x.su()', null],
  ['x.su + 1', null],
  ['none.su', null],
] as const)('%s', (source, told) => {
  const x = new Sheet();
  expect(unknownMember(source, { x, box: { x }, none: null })).toBe(told);
});
