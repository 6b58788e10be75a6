// Every course from its first cell to its last, on the built site: its figures, which stand in courses/<name>.ts, are asserted on what the
// page shows; then its layout and accessibility at both widths, and its exercises.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { partOf } from '../support/sample';
import { courseNames, expectCell, leaveWell, runAll } from './course';
import type { ExpectedCourse } from './courses/expected';
import { type BuiltSite, openBuiltSite, ready } from './support';

const expectations = import.meta.glob<ExpectedCourse>('./courses/*.ts', { import: 'default' });

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

describe.each(partOf(courseNames, 3))('%s', (name) => {
  test('runs from its first cell to its last, and shows its figures', async () => {
    const load = expectations[`./courses/${name}.ts`];
    expect(load, `test/site/courses/${name}.ts`).toBeDefined();
    const { minutes = 3, cells } = await load!();
    const { page, problems } = await site.open(`notebook/${name}/`);
    await ready(page);
    const took = await runAll(page, minutes);
    for (const expected of cells) await expectCell(page, expected);
    await leaveWell(page, name, 'typescript', problems);
    expect(took, 'minutes').toBeLessThan(minutes);
  });
});
