// A quarter of the tests of python/tests, each of which PyTorch passes too where it names nothing of ours; test/long runs the others and those
// that take longest.
import { test } from 'vitest';
import { isLengthy, pythonSuite } from '../support/python-suite';
import { sampled } from '../support/sample';

const suite = await pythonSuite();

const quick = suite.names.filter((name) => !isLengthy(name));

for (const name of sampled(quick, 4)) test(name, () => suite.run(name));
