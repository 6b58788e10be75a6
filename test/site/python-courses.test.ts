// Every course in Python from its first cell to its last, on the built site: each cell prints what PyTorch prints of it,
// and its exercises can be done.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partOf } from '../support/sample';
import { expectPrinted, leaveWell, runAll } from './course';
import { pythonCourses } from './courses/python';
import { type BuiltSite, openBuiltSite, ready } from './support';

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

test('there are courses in Python', () => expect(Object.keys(pythonCourses).length).toBeGreaterThan(4));

test.each(partOf(Object.entries(pythonCourses), 3))(
  '%s in Python prints in each cell what PyTorch prints of it',
  async (name, course) => {
    const { page, problems } = await site.open(`notebook/${name}/?language=python`);
    await ready(page);
    const took = await runAll(page, course.minutes);
    await expectPrinted(page, course);
    await leaveWell(page, name, 'python', problems);
    expect(took, 'minutes').toBeLessThan(course.minutes);
  },
);
