// The tests of python/tests of whole packages.
import { test } from 'vitest';
import { isLengthy, pythonSuite } from '../support/python-suite';
import { partOf } from '../support/sample';

const suite = await pythonSuite();

for (const name of partOf(suite.names.filter(isLengthy), 3)) test(name, () => suite.run(name));
