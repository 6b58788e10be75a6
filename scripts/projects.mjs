// The projects of the tests, and which files each has: vitest.config.ts makes them, and a selection starts only those that it needs.

/** By the name of the project. */
export const projects = /** @type {const} */ ({
  unit: { include: 'test/unit/**/*.test.ts' },
  // Two lanes, by the first letters of their files: they take longest.
  gpu: { include: 'test/gpu/[a-i]*.test.ts' },
  'gpu-too': { include: 'test/gpu/[j-z]*.test.ts' },
  alone: { include: 'test/gpu/alone/*.test.ts' },
  python: { include: 'test/python/*.test.ts' },
  node: { include: 'test/node/*.test.ts' },
  'node-alone': { include: 'test/node/alone/*.test.ts' },
  e2e: { include: 'test/e2e/**/*.test.ts' },
  long: { include: 'test/long/*.test.ts' },
  'long-node': { include: 'test/long/node/*.test.ts' },
  'long-timing': { include: 'test/long/timing/*.test.ts' },
  'long-site': { include: 'test/site/*.test.ts' },
});

/** @param {string} glob */
const patternOf = (glob) =>
  new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('**/', '(?:.+/)?').replaceAll('*', '[^/]*')}$`);

/**
 * The projects that hold some of these files.
 * @param {readonly string[]} files
 */
export const projectsOf = (files) =>
  Object.entries(projects)
    .filter(([, { include }]) => files.some((file) => patternOf(include).test(file)))
    .map(([name]) => name);
