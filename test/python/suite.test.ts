// The tests of python/tests, each of which PyTorch passes too where it names nothing of ours; those that take longest run in test/long.
import { test } from 'vitest';
import { isLengthy, pythonSuite } from '../support/python-suite';

const suite = await pythonSuite();

for (const name of suite.names.filter((each) => !isLengthy(each))) test(name, () => suite.run(name));
