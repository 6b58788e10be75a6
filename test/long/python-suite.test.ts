// The tests of python/tests, those of whole packages among them.
import { test } from 'vitest';
import { pythonSuite } from '../support/python-suite';
import { partOf } from '../support/sample';

const suite = await pythonSuite();

for (const name of partOf(suite.names, 4)) test(name, () => suite.run(name));
