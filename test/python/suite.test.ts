// The tests of python/tests, each of which PyTorch passes too where it names nothing of ours.
import { test } from 'vitest';
import { pythonSuite } from '../support/python-suite';

const suite = await pythonSuite();

for (const name of suite.names) test(name, () => suite.run(name));
