// The tests of python/tests of whole packages.
import { test } from 'vitest';
import { isLengthy, pythonSuite } from '../support/python-suite';

const suite = await pythonSuite();

for (const name of suite.names.filter(isLengthy)) test(name, () => suite.run(name));
